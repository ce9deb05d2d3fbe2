// SPDX-License-Identifier: GPL-2.0-or-later
// look.js PAGE.html NAME [WIDTH]: in headless Chromium, at three widths, light and dark: a screenshot of each (NAME-WIDTH-SCHEME.png,
// and NAME.pdf on A4), and a line for each thing that is wrong. It is run where node_modules/ is.
const fs = require('fs'), path = require('path');
const here = require('module').createRequire(path.join(process.cwd(), 'x.js'));
const puppeteer = here('puppeteer-core');
const axe = fs.readFileSync(here.resolve('axe-core/axe.min.js'), 'utf8');
const [, , file, name, once] = process.argv;

async function audit(page, where) {
	// In a world of its own: the page itself allows no script.
	const result = await page.evaluate(() => axe.run(document, { resultTypes: ['violations', 'incomplete'] }));
	// The contrast of what is scrolled away, or drawn, it cannot tell; what is not scrolled away at 1400 px it can.
	for (const finding of [...result.violations, ...result.incomplete.filter((one) => one.id !== 'color-contrast')])
		for (const node of finding.nodes)
			console.log(`${where}: axe ${finding.id} (${finding.impact}): ${node.html.slice(0, 120)}: ` +
				[...node.any, ...node.all, ...node.none].map((check) => check.message).join('; '));
	if (result.passes.length < 15)
		console.log(`${where}: axe has looked at ${result.passes.length} rules alone`);
}

// What is drawn: text is to have a contrast of 4.5 to the page, and lines and bars of 3.
async function drawn(page, where) {
	const poor = await page.evaluate(() => {
		const light = (colour) => colour.match(/[\d.]+/g).slice(0, 3).map((part) => part / 255)
			.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
			.reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0.05);
		const back = light(getComputedStyle(document.body).backgroundColor), found = {};
		for (const part of document.querySelectorAll('svg text, svg line, svg rect')) {
			const style = getComputedStyle(part), colour = part.tagName === 'line' ? style.stroke : style.fill;
			const ratio = Math.max(light(colour), back) / Math.min(light(colour), back);
			if (ratio < (part.tagName === 'text' ? 4.5 : 3))
				found[`${part.tagName} ${colour}`] = ratio;
		}
		return Object.entries(found);
	});
	for (const [part, ratio] of poor)
		console.log(`${where}: drawn with a contrast of ${ratio.toFixed(1)}: ${part}`);
}

async function wider(page, where) {
	const found = await page.evaluate(() => {
		const width = document.documentElement.clientWidth;
		return document.documentElement.scrollWidth > width ? `${document.documentElement.scrollWidth} > ${width}` : '';
	});
	if (found)
		console.log(`${where}: the page is wider than the screen: ${found}`);
}

(async () => {
	const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
	const page = await browser.newPage();
	page.on('request', (request) => {
		if (request.url() !== `file://${file}`)
			console.log(`it asks for ${request.url()}`);
	});
	page.on('console', (message) => console.log(`console: ${message.text()}`));
	page.on('dialog', (dialog) => { console.log(`a dialog: ${dialog.message()}`); dialog.dismiss(); });
	page.on('pageerror', (error) => console.log(`error: ${error}`));
	for (const scheme of ['light', 'dark']) {
		for (const width of once ? [Number(once)] : [360, 800, 1400]) {
			const where = `${name}, ${width} px, ${scheme}`;
			await page.setViewport({ width, height: 900 });
			await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
			await page.goto(`file://${file}`);
			await page.screenshot({ path: `${name}-${width}-${scheme}.png`, fullPage: true });
			await wider(page, where);
			await page.evaluate(axe);
			await audit(page, where);
			await drawn(page, where);
		}
	}
	await page.goto(`file://${file}`);
	await page.keyboard.press('Tab');
	const first = await page.evaluate(() => document.activeElement.getAttribute('href') +
		(document.activeElement.getBoundingClientRect().left >= 0 ? '' : ', which is not seen'));
	if (first !== '#main')
		console.log(`the first Tab leads to ${first}`);
	await page.emulateMediaType('print');
	await page.setViewport({ width: 680, height: 1000 });
	await wider(page, 'on A4');
	await page.pdf({ path: `${name}.pdf`, preferCSSPageSize: true });
	await browser.close();
})().catch((error) => { console.log(String(error)); process.exit(1); });

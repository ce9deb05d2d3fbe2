# SPDX-License-Identifier: GPL-2.0-or-later
# report.py PAGE.html: is it well-formed, whole in itself, without a script, and can a screen reader follow it? Prints
# each thing that is not so; with a second argument, the page's text.
import sys
import xml.etree.ElementTree as tree

text = open(sys.argv[1], encoding='utf-8').read()
page = tree.fromstring(text)
if len(sys.argv) > 2:
    print(' '.join(' '.join(page.itertext()).split()))
    sys.exit()
parts = [(part.tag.replace('{http://www.w3.org/2000/svg}', ''), part) for part in page.iter()]
ids = [part.get('id') for _, part in parts if part.get('id')]
if not text.startswith('<!DOCTYPE html>\n<html lang="en">'):
    print('no doctype, or no language')
for name in ('title', 'style', 'h1', 'nav', 'main'):
    if [tag for tag, _ in parts].count(name) != 1 and name != 'title':
        print('not one', name)
known = set('html head meta title style body a header h1 h2 h3 p nav ol ul li main section strong div table caption thead '
            'tbody tr th td code pre svg desc text line rect'.split())
for tag, part in parts:
    if tag not in known:
        print('an element that is none of ours:', tag)
    for name, value in part.attrib.items():
        if name.startswith('on') or name in ('src', 'srcset', 'style') or '//' in value:
            print('an attribute that does something:', tag, name, value)
    if tag == 'a' and (part.get('href')[0] != '#' or part.get('href')[1:] not in ids):
        print('a link to nowhere:', part.get('href'))
    if tag == 'table' and part.find('caption') is None:
        print('a table without a caption')
    if tag == 'th' and part.get('scope') not in ('row', 'col'):
        print('a header without a scope')
    if tag == 'svg':
        names = part.get('aria-labelledby', '').split()
        if part.get('role') != 'img' or len(names) != 2 or not set(names) <= set(ids):
            print('a drawing without a title and a description')
    for name in part.get('aria-labelledby', '').split():
        if name not in ids:
            print('a label that is not there:', name)
if len(ids) != len(set(ids)):
    print('an id twice:', sorted(i for i in ids if ids.count(i) > 1))
style = page.find('.//style').text
if 'url(' in style or '@import' in style:
    print('the style asks for something')
for wanted in ('prefers-color-scheme: dark', '@media print', 'size: A4'):
    if wanted not in style:
        print('the style is without', wanted)

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * generate - an audit log of any size to standard output, the same for the same arguments
 *
 * Its denials are the events of a recorded log with times, ids, processes and inodes of their own;
 * what stands between them is what cron, ssh and systemd leave in a quiet server's log.
 */
#include <err.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USAGE "usage: generate SEED EVENTS DENIALS raw|enriched RECORDED-LOG"
/* An event in a hundred denies something on a file that no other event names. */
#define ONE_NEW_NAME_IN 100

/* The events of the recording that have a denial, each some lines. */
struct sample {
	char *text;
};

static struct sample *samples;
static size_t sample_count;
static uint64_t state;
static bool enriched;

/* splitmix64 */
static uint64_t draw(uint64_t below)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % below;
}

static void keep_sample(char *text, bool denies)
{
	if (!denies) {
		free(text);
		return;
	}
	samples = realloc(samples, (sample_count + 1) * sizeof(*samples));
	if (!samples)
		err(1, NULL);
	samples[sample_count++].text = text;
}

static void read_samples(const char *path)
{
	FILE *in = fopen(path, "re");
	char *line = NULL, *text = NULL, id[64] = "";
	size_t room = 0, length = 0;
	ssize_t got;
	bool denies = false;

	if (!in)
		err(1, "%s", path);
	while ((got = getline(&line, &room, in)) > 0) {
		char *at = strstr(line, " msg=audit("), *end = at ? strstr(at, "): ") : NULL;

		if (!end)
			continue;
		if (strncmp(at, id, (size_t)(end - at)) != 0) {
			if (text)
				keep_sample(text, denies);
			snprintf(id, sizeof(id), "%.*s", (int)(end - at), at);
			text = NULL;
			length = 0;
			denies = false;
		}
		text = realloc(text, length + (size_t)got + 1);
		if (!text)
			err(1, NULL);
		memcpy(text + length, line, (size_t)got + 1);
		length += (size_t)got;
		denies |= strncmp(line, "type=AVC ", 9) == 0 && strstr(line, ":mysqld_t:") != NULL;
	}
	if (text)
		keep_sample(text, denies);
	free(line);
	fclose(in);
	if (!sample_count)
		errx(1, "%s: no denial of mysqld_t", path);
}

static void put_id(unsigned long seconds, unsigned int millis, unsigned long serial)
{
	printf(" msg=audit(%lu.%03u:%lu): ", seconds, millis, serial);
}

/* The text behind an id, with other numbers: of processes, of inodes; now and then, a new name. */
static void put_body(const char *body, size_t length, unsigned int pid, unsigned int inode,
		     bool renamed)
{
	const char *end = body + length;

	while (body < end) {
		const char *space = memchr(body, ' ', (size_t)(end - body));
		size_t word = space ? (size_t)(space + 1 - body) : (size_t)(end - body);

		if (strncmp(body, "pid=", 4) == 0)
			printf("pid=%u ", pid);
		else if (strncmp(body, "ino=", 4) == 0)
			printf("ino=%u ", inode);
		else if (strncmp(body, "inode=", 6) == 0)
			printf("inode=%u ", inode);
		else if (renamed && strncmp(body, "path=\"", 6) == 0)
			printf("path=\"/var/tmp/#sql-%x-%x\" ", pid, inode);
		else
			fwrite(body, 1, word, stdout);
		body += word;
	}
}

static void put_denial(unsigned long seconds, unsigned int millis, unsigned long serial)
{
	const char *line = samples[draw(sample_count)].text;
	unsigned int pid = 300 + (unsigned int)draw(32000), inode = (unsigned int)draw(1 << 20);
	bool renamed = draw(ONE_NEW_NAME_IN) == 0;

	for (const char *next; *line; line = next) {
		const char *id = strstr(line, " msg=audit("), *body = strstr(id, "): ") + 3;
		const char *stop = memchr(body, '\n', strlen(body));
		size_t cut = strcspn(body, "\x1d\n");

		next = stop + 1;
		fwrite(line, 1, (size_t)(id - line), stdout);
		put_id(seconds, millis, serial);
		put_body(body, enriched ? (size_t)(stop - body) : cut, pid, inode, renamed);
		putchar('\n');
	}
}

static void put_quiet(unsigned long seconds, unsigned int millis, unsigned long serial)
{
	static const struct {
		const char *type, *text, *decoded;
	} records[] = {
		{ "USER_ACCT",
		  "msg='op=PAM:accounting grantors=pam_permit acct=\"root\" "
		  "exe=\"/usr/sbin/cron\" hostname=? addr=? terminal=cron "
		  "res=success'",
		  "\x1dUID=\"root\" AUID=\"unset\"" },
		{ "CRED_ACQ",
		  "msg='op=PAM:setcred grantors=pam_permit acct=\"root\" "
		  "exe=\"/usr/sbin/cron\" hostname=? addr=? terminal=cron "
		  "res=success'",
		  "\x1dUID=\"root\" AUID=\"unset\"" },
		{ "LOGIN", "old-auid=4294967295 tty=(none) old-ses=4294967295 res=1",
		  "\x1dUID=\"root\" OLD-AUID=\"unset\" AUID=\"root\"" },
		{ "BPF", "prog-id=12 op=LOAD", "" },
		{ "BPF", "prog-id=12 op=UNLOAD", "" },
		{ "SERVICE_START",
		  "msg='unit=sysstat-collect comm=\"systemd\" "
		  "exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? "
		  "terminal=? res=success'",
		  "\x1dUID=\"root\" AUID=\"unset\"" },
		{ "SERVICE_STOP",
		  "msg='unit=mariadb comm=\"systemd\" "
		  "exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? "
		  "terminal=? res=success'",
		  "\x1dUID=\"root\" AUID=\"unset\"" },
	};
	size_t at = draw(sizeof(records) / sizeof(records[0]));

	printf("type=%s", records[at].type);
	put_id(seconds, millis, serial);
	printf("pid=%u uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:init_t:s0 "
	       "%s%s\n",
	       1 + (unsigned int)draw(32000), records[at].text,
	       enriched ? records[at].decoded : "");
}

int main(int argc, char **argv)
{
	static char buffer[1 << 20];
	unsigned long events, denials, done = 0, seconds = 1795530000, serial = 1;
	unsigned int millis = 0;

	if (argc != 6)
		errx(2, USAGE);
	state = strtoull(argv[1], NULL, 10);
	events = strtoul(argv[2], NULL, 10);
	denials = strtoul(argv[3], NULL, 10);
	enriched = !strcmp(argv[4], "enriched");
	if (denials > events)
		errx(2, USAGE);
	read_samples(argv[5]);
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	for (unsigned long i = 0; i < events; i++, serial++) {
		bool denial = draw(events - i) < denials - done;

		millis += (unsigned int)draw(80);
		seconds += millis / 1000;
		millis %= 1000;
		if (denial)
			put_denial(seconds, millis, serial);
		else
			put_quiet(seconds, millis, serial);
		done += denial;
	}
	if (fflush(stdout) || ferror(stdout))
		err(1, "standard output");
	return 0;
}

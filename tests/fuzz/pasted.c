/* SPDX-License-Identifier: GPL-2.0-or-later */ /* A denial with any name in it, dressed as programs
						   show it and as people paste it. */
/* Seeds: tests/fuzz/seeds/pasted */
#include <ctype.h>

#include "steps/audit/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/audit/dress.h"

/* As the kernel writes what a process names itself and its files. */
static void put_name(FILE *out, const char *field, const char *bytes, size_t length)
{
	bool plain = true;

	for (size_t i = 0; i < length; i++)
		plain = plain && bytes[i] > 0x20 && bytes[i] < 0x7f && bytes[i] != '"';
	fprintf(out, " %s=%s", field, plain ? "\"" : "");
	for (size_t i = 0; i < length; i++)
		fprintf(out, plain ? "%c" : "%02X", plain ? bytes[i] : (unsigned char)bytes[i]);
	fputs(plain ? "\"" : "", out);
}

static char *make_body(const char *bytes, size_t length)
{
	size_t comm = length < 15 ? length : 15;
	char *body = NULL;
	FILE *out = stream_open(&body, NULL);

	fputs("avc:  denied  { read write } for  pid=7", out);
	put_name(out, "comm", bytes, comm);
	put_name(out, "path", bytes + comm, length - comm);
	fputs(" dev=\"vda1\" ino=42 scontext=system_u:system_r:mysqld_t:s0 "
	      "tcontext=system_u:object_r:tmp_t:s0 tclass=file permissive=0",
	      out);
	stream_close(&out);
	return body;
}

/* Lines that happen to be of one length are taken for cut at that column, be it between two words:
 * then the word that comes out is none of the policy's, and told to be that. */
static bool is_read_write(const struct denial *denial)
{
	return denial->permissions.count == 2 || !strcmp(denial->permissions.items[0], "readwrite");
}

/* It is read as what it is, or said to be something that cannot be read: never passed over. */
static void denial_holds(const char *text, size_t length, size_t form)
{
	struct denials denials = { 0 };
	struct error err = { 0 };
	char path[32];
	int fd = file_of(text, length, path), r;

	r = audit_log_read(path, true, "here", mysqld, &denials, &err);
	close(fd);
	claim(r < 0 ? strstr(err.what, "tells of a denial") != NULL
		    : denials.avc + denials.unreadable > 0,
	      "form %zu: it is passed over (%s):\n%s\n", form, err.what, text);
	claim(denials.other == 0, "form %zu: another domain:\n%s\n", form, text);
	for (size_t i = 0; i < denials.count; i++)
		claim(!strcmp(denials.items[i].target, "tmp_t") &&
			      !strcmp(denials.items[i].tclass, "file") &&
			      is_read_write(&denials.items[i]),
		      "form %zu: another denial:\n%s\n", form, text);
	denials_clear(&denials);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = size ? strnlen((const char *)data + 1, size - 1) : 0;
	size_t form = size ? data[0] % ARRAY_SIZE(forms) : 0;
	_cleanup_free_ char *body = make_body((const char *)data + !!size, length), *text = NULL;
	_cleanup_free_ char *line = str_printf("type=AVC msg=audit(1795530349.432:88): %s", body);
	struct raw raw = { line, (char[]){ "1795530349.432:88" }, body };
	FILE *out = stream_open(&text, &size);

	put_form(out, form, &raw);
	stream_close(&out);
	denial_holds(text, size, form);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "steps/audit/avc.h"
#include "steps/audit/record.h"
#include "wizard/util.h"

const char *avc_decoded(auparse_state_t *parser)
{
	const char *raw = auparse_get_field_str(parser);
	size_t length = raw ? strlen(raw) : 0;
	const char *value;

	if (!length || !strcmp(raw, "(null)") || !strcmp(raw, "?"))
		return NULL;
	if (*raw == '"' && (length < 3 || raw[length - 1] != '"'))
		return NULL;
	value = auparse_interpret_field(parser);
	return value && *value ? value : NULL;
}

unsigned long avc_number(auparse_state_t *parser, int base)
{
	const char *raw = auparse_get_field_str(parser);

	return raw ? strtoul(raw, NULL, base) : 0;
}

void avc_keep(bool *no_memory, char **to, const char *value)
{
	if (*to || !value)
		return;
	*to = strdup(value);
	if (!*to)
		*no_memory = true;
}

/* The fields of an AVC record that become something else in the denial. */
struct avc_fields {
	char *source, *target, *permissions, *name;
	unsigned int source_port, destination_port;
	unsigned long inode;
	bool denied;
};

static void avc_fields_clear(struct avc_fields *fields)
{
	free(fields->source);
	free(fields->target);
	free(fields->permissions);
	free(fields->name);
}

static void take_number(struct denial *denial, struct avc_fields *fields, const char *name,
			auparse_state_t *parser)
{
	if (!strcmp(name, "pid")) {
		denial->pid = (pid_t)avc_number(parser, 10);
	} else if (!strcmp(name, "ino")) {
		fields->inode = avc_number(parser, 10);
	} else if (!strcmp(name, "src")) {
		fields->source_port = (unsigned int)avc_number(parser, 10);
	} else if (!strcmp(name, "dest")) {
		fields->destination_port = (unsigned int)avc_number(parser, 10);
	} else if (!strcmp(name, "permissive")) {
		denial->permissive = avc_number(parser, 10) == 1;
	} else if (!strcmp(name, "ioctlcmd")) {
		denial->has_ioctl = true;
		denial->ioctl = (unsigned int)avc_number(parser, 16);
	}
}

static void take_field(auparse_state_t *parser, struct denial *denial, struct avc_fields *fields,
		       bool *no_memory)
{
	const char *name = auparse_get_field_name(parser), *raw = auparse_get_field_str(parser);

	if (!name || !raw)
		return;
	if (!strcmp(name, "seresult")) {
		fields->denied = !strcmp(raw, "denied");
	} else if (!strcmp(name, "seperms")) {
		avc_keep(no_memory, &fields->permissions, raw);
	} else if (!strcmp(name, "scontext")) {
		avc_keep(no_memory, &fields->source, raw);
	} else if (!strcmp(name, "tcontext")) {
		avc_keep(no_memory, &fields->target, raw);
	} else if (!strcmp(name, "tclass")) {
		avc_keep(no_memory, &denial->tclass, *raw ? raw : NULL);
	} else if (!strcmp(name, "srawcon") || !strcmp(name, "trawcon")) {
		const char *quoted = *raw == '"' ? raw + 1 : raw;

		if (!denial->invalid_context &&
		    !(denial->invalid_context = strndup(quoted, strcspn(quoted, "\""))))
			*no_memory = true;
	} else if (!strcmp(name, "comm")) {
		avc_keep(no_memory, &denial->comm, avc_decoded(parser));
	} else if (!strcmp(name, "path")) {
		avc_keep(no_memory, &denial->path, avc_decoded(parser));
	} else if (!strcmp(name, "name")) {
		avc_keep(no_memory, &fields->name, avc_decoded(parser));
	} else if (!strcmp(name, "capability")) {
		avc_keep(no_memory, &denial->capability, raw);
	} else {
		take_number(denial, fields, name, parser);
	}
}

/* has_permission - name_connect is about the port at the other end. */
static bool has_permission(const struct denial *denial, const char *name)
{
	for (size_t i = 0; i < denial->permission_count; i++)
		if (!strcmp(denial->permissions[i], name))
			return true;
	return false;
}

static bool finish_avc(struct denial *denial, struct avc_fields *fields)
{
	if (!fields->denied || !fields->source || !fields->target || !fields->permissions ||
	    !denial->tclass)
		return false;
	if (!record_set_permissions(denial, fields->permissions, strlen(fields->permissions),
				    ',') ||
	    !record_set_contexts(denial, fields->source, strlen(fields->source), fields->target,
				 strlen(fields->target)))
		return false;
	denial->port = has_permission(denial, "name_connect") || !fields->source_port
			       ? fields->destination_port
			       : fields->source_port;
	if (!denial->path && fields->name) {
		denial->path = TAKE_PTR(fields->name);
		denial->path_is_name = *denial->path != '/';
	}
	return true;
}

bool avc_read(auparse_state_t *parser, struct denial *denial, unsigned long *inode, bool *no_memory)
{
	_cleanup_(avc_fields_clear) struct avc_fields fields = { 0 };

	if (auparse_first_field(parser) <= 0)
		return false;
	do {
		take_field(parser, denial, &fields, no_memory);
	} while (auparse_next_field(parser) > 0);
	errno = 0;
	if (!finish_avc(denial, &fields)) {
		*no_memory |= errno == ENOMEM;
		return false;
	}
	*inode = fields.inode;
	return true;
}

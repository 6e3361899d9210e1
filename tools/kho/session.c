// SPDX-License-Identifier: GPL-2.0-only
/*
 * kho session: the sessions of /dev/liveupdate.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"
#include "session.h"

static bool is_octal(const char *digits)
{
	return strspn(digits, "01234567") >= 3;
}

/* The kernel writes white space and backslashes as "\ooo". */
static void unescape(char *name)
{
	char *to = name;

	while (*name) {
		if (name[0] != '\\' || !is_octal(name + 1)) {
			*to++ = *name++;
			continue;
		}
		*to++ = (name[1] - '0') << 6 | (name[2] - '0') << 3 | (name[3] - '0');
		name += 4;
	}
	*to = 0;
}

/* "STATE FILES NAME" */
static bool parse_session(const char *line, struct session *session)
{
	char *state = NULL, *name = NULL;

	if (sscanf(line, "%ms %*u %ms", &state, &name) != 2) {
		free(state);
		return false;
	}
	unescape(name);
	*session = (struct session){ .name = name, .state = state };
	return true;
}

/* "TOKEN COMPATIBLE STATUS", and a handler may have any name */
static bool parse_file(const char *line, struct session *session)
{
	const char *last = strrchr(line, ' ');
	unsigned long long token;
	struct session_file *file;
	int at = 0;

	if (sscanf(line, "%llx %n", &token, &at) != 1 || !at || !last || line + at > last)
		return false;
	session->files = xgrow(session->files,
			       (session->nr_files + 1) * sizeof(*file));
	file = &session->files[session->nr_files++];
	file->token = token;
	file->compatible = xprintf("%.*s", (int)(last - line - at), line + at);
	file->status = atoi(last);
	return true;
}

int sessions_read(struct session **sessions)
{
	char *line, *rest;
	struct blob blob;
	int nr = 0, err = source_read(LUO_DEBUGFS "/sessions", &blob);
	bool right = true;

	*sessions = NULL;
	if (err)
		return err;
	for (rest = blob.data; right && (line = strsep(&rest, "\n"));) {
		if (!*line)
			continue;
		if (line[0] == '\t') {
			right = nr && parse_file(line, &(*sessions)[nr - 1]);
			continue;
		}
		*sessions = xgrow(*sessions, (nr + 1) * sizeof(**sessions));
		right = parse_session(line, &(*sessions)[nr]);
		nr += right;
	}
	free(blob.data);
	return right ? nr : -EINVAL;
}

unsigned int sessions_count(const struct session *sessions, int nr, const char *state)
{
	unsigned int count = 0;

	while (nr-- > 0)
		count += !strcmp(sessions[nr].state, state);
	return count;
}

static void tell_file(const struct session_file *file)
{
	out_object(NULL);
	out_u64("token", file->token);
	out_string("compatible", file->compatible);
	out_bool("retrieved", file->status > 0);
	out_text("  %#18llx  %s", (unsigned long long)file->token, file->compatible);
	if (file->status < 0) {
		out_string("error", strerror(-file->status));
		out_text("  cannot be retrieved: %s", strerror(-file->status));
	} else if (file->status) {
		out_text("  retrieved");
	}
	out_text("\n");
	out_object_end();
}

static void tell_session(const struct session *session, bool files)
{
	size_t i;

	out_object(NULL);
	out_string("name", session->name);
	out_string("state", session->state);
	out_u64("nr_files", session->nr_files);
	out_text("%-10s %5zu %s  %s\n", session->state, session->nr_files,
		 session->nr_files == 1 ? "file " : "files", session->name);
	if (files) {
		out_array("files");
		for (i = 0; i < session->nr_files; i++)
			tell_file(&session->files[i]);
		out_array_end();
	}
	out_object_end();
}

/* One may have come, and another one been created, of the same name. */
static void show(const struct session *sessions, int nr, const char *name)
{
	bool found = false;
	int i;

	for (i = 0; i < nr; i++) {
		if (strcmp(sessions[i].name, name))
			continue;
		tell_session(&sessions[i], true);
		found = true;
	}
	if (!found)
		die("there is no session '%s'", name);
}

static void list(const struct session *sessions, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		tell_session(&sessions[i], false);
	if (!nr)
		out_text("no sessions\n");
}

int do_session(int argc, char **argv)
{
	bool shows = argc == 3 && !strcmp(argv[1], "show");
	struct session *sessions;
	int nr;

	if (argc > 1 && !shows && (argc > 2 || strcmp(argv[1], "list")))
		usage_error(find_object("session"));
	kho_need();
	nr = sessions_read(&sessions);
	if (nr == -ENOENT)
		die("live update is off in this kernel (liveupdate=on), or there is no debugfs");
	if (nr < 0)
		die("the sessions cannot be read: %s", why(nr));
	out_array("sessions");
	if (shows)
		show(sessions, nr, argv[2]);
	else
		list(sessions, nr);
	out_array_end();
	return 0;
}

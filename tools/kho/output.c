// SPDX-License-Identifier: GPL-2.0-only
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output.h"

static bool json, pretty;
/* Who listens may go: what is done is done to the end. */
static bool unheard;
/* What was told and is not yet written */
static FILE *to;
static char *buffer;
static size_t buffer_len;
static unsigned int depth;
/* Something stands before the next value in its array or object. */
static bool comma;

void out_json(bool lines)
{
	json = true;
	pretty |= lines;
}

bool out_is_json(void)
{
	return json;
}

void out_go_unheard(void)
{
	signal(SIGPIPE, SIG_IGN);
	unheard = true;
}

static void start(void)
{
	to = open_memstream(&buffer, &buffer_len);
	if (!to) {
		perror("kho");
		exit(1);
	}
}

/* Names come from drivers and from files: a terminal must not obey them. */
static void write_plain(FILE *file, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = text[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			c = '?';
		fputc(c, file);
	}
}

static void finish(void)
{
	fclose(to);
	to = NULL;
	if (json)
		fwrite(buffer, 1, buffer_len, stdout);
	else
		write_plain(stdout, buffer, buffer_len);
	free(buffer);
	if ((!fflush(stdout) && !ferror(stdout)) || unheard)
		return;
	fprintf(stderr, "kho: what was found cannot be written\n");
	exit(1);
}

void out_flush(void)
{
	if (json)
		return;
	finish();
	start();
}

void out_open(void)
{
	depth = 0;
	comma = false;
	start();
	out_object(NULL);
}

void out_close(void)
{
	out_object_end();
	if (json)
		fputc('\n', to);
	finish();
}

/* Programs get it alone, people after what was told before */
void out_error(const char *text)
{
	if (!json) {
		if (to)
			finish();
		fprintf(stderr, "kho: ");
		write_plain(stderr, text, strlen(text));
		fputc('\n', stderr);
		return;
	}
	if (to) {
		fclose(to);
		free(buffer);
	}
	out_open();
	out_string("error", text);
	out_close();
}

void out_text(const char *fmt, ...)
{
	va_list args;

	if (json)
		return;
	va_start(args, fmt);
	vfprintf(to, fmt, args);
	va_end(args);
}

/* How many bytes of @s are one character of UTF-8, 0: none */
static size_t utf8_len(const unsigned char *s)
{
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	len = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Too long a form, half of a pair, beyond the last one */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static void write_string(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	fputc('"', to);
	while (*s) {
		size_t len = utf8_len(s);

		if (!len)
			fputs("\\ufffd", to);
		else if (*s == '"' || *s == '\\')
			fprintf(to, "\\%c", *s);
		else if (*s < ' ' || *s == 0x7f)
			fprintf(to, "\\u%04x", *s);
		else
			fwrite(s, 1, len, to);
		s += len ? len : 1;
	}
	fputc('"', to);
}

static void new_line(void)
{
	if (pretty && depth)
		fprintf(to, "\n%*s", 4 * depth, "");
}

static void next(const char *key)
{
	if (comma)
		fputc(',', to);
	new_line();
	comma = true;
	if (!key)
		return;
	write_string(key);
	fputs(pretty ? ": " : ":", to);
}

static void begin(const char *key, char bracket)
{
	if (!json)
		return;
	next(key);
	fputc(bracket, to);
	depth++;
	comma = false;
}

static void end(char bracket)
{
	if (!json)
		return;
	depth--;
	if (comma && pretty)
		fprintf(to, "\n%*s", 4 * depth, "");
	fputc(bracket, to);
	comma = true;
}

void out_object(const char *key)
{
	begin(key, '{');
}

void out_object_end(void)
{
	end('}');
}

void out_array(const char *key)
{
	begin(key, '[');
}

void out_array_end(void)
{
	end(']');
}

void out_u64(const char *key, uint64_t value)
{
	if (!json)
		return;
	next(key);
	fprintf(to, "%llu", (unsigned long long)value);
}

void out_bool(const char *key, bool value)
{
	if (!json)
		return;
	next(key);
	fputs(value ? "true" : "false", to);
}

void out_string(const char *key, const char *value)
{
	if (!json)
		return;
	next(key);
	write_string(value);
}

void out_bytes(const char *key, const void *bytes, size_t len)
{
	const unsigned char *byte = bytes;

	if (!json)
		return;
	next(key);
	fputc('"', to);
	while (len--)
		fprintf(to, "%02x", *byte++);
	fputc('"', to);
}

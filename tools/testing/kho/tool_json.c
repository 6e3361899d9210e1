// SPDX-License-Identifier: GPL-2.0-only
/* A reader of JSON that believes nothing, for what the kho program tells programs */

#include <ctype.h>
#include <string.h>

#include "check.h"
#include "tool.h"

/* Each takes what it is about off the text; NULL: that is not there */
static const char *value(const char *s, int depth);

static const char *space(const char *s)
{
	return s + strspn(s, "\n ");
}

static const char *escape(const char *s)
{
	int i;

	if (*s != 'u')
		return *s && strchr("\"\\/bfnrt", *s) ? s + 1 : NULL;
	for (i = 1; i <= 4; i++)
		if (!isxdigit((unsigned char)s[i]))
			return NULL;
	return s + 5;
}

static const char *string(const char *s)
{
	if (*s++ != '"')
		return NULL;
	while (s && *s != '"') {
		if ((unsigned char)*s < ' ')
			return NULL;
		s = *s == '\\' ? escape(s + 1) : s + 1;
	}
	return s ? s + 1 : NULL;
}

static const char *member(const char *s, int depth)
{
	s = string(s);
	if (!s || *s != ':')
		return NULL;
	return value(space(s + 1), depth);
}

static const char *list(const char *s, char end, int depth)
{
	s = space(s);
	if (*s == end)
		return s + 1;
	for (;;) {
		s = end == '}' ? member(s, depth) : value(s, depth);
		if (!s)
			return NULL;
		s = space(s);
		if (*s == end)
			return s + 1;
		if (*s != ',')
			return NULL;
		s = space(s + 1);
	}
}

static const char *value(const char *s, int depth)
{
	size_t digits = strspn(s, "0123456789");

	if (depth > 64)
		return NULL;
	if (*s == '{')
		return list(s + 1, '}', depth + 1);
	if (*s == '[')
		return list(s + 1, ']', depth + 1);
	if (*s == '"')
		return string(s);
	if (!strncmp(s, "true", 4))
		return s + 4;
	if (!strncmp(s, "false", 5))
		return s + 5;
	return digits ? s + digits : NULL;
}

bool is_json(const char *text)
{
	const char *end = value(text, 0);

	return end && !strcmp(end, "\n");
}

void tool_json(void)
{
	CHECK(is_json("{\"a\":[1,true,{\"b\":\"\\u00ff\\\"\"}],\"c\":{}}\n"));
	CHECK(!is_json("{\"a\":[1,]}\n"));
	CHECK(!is_json("{\"a\" 1}\n"));
	CHECK(!is_json("{\"a\":\"\n\"}\n"));
	CHECK(!is_json("{\"a\":\"\\x\"}\n"));
	CHECK(!is_json("{\"a\":1}{}\n"));
	CHECK(!is_json("{\"a\":1\n"));
	CHECK(!is_json(""));
}

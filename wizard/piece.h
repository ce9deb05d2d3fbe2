/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * piece.h - a piece of a text: not ended by anything
 */
#pragma once

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct piece {
	const char *at, *end;
};

static inline size_t piece_size(struct piece piece)
{
	return (size_t)(piece.end - piece.at);
}

static inline struct piece piece_of(const char *text)
{
	return (struct piece){ text, text + strlen(text) };
}

/* piece_is - this text, and no more? */
static inline bool piece_is(struct piece piece, const char *text)
{
	return piece_size(piece) == strlen(text) && !memcmp(piece.at, text, strlen(text));
}

/* piece_is_among - one of these texts, NULL-terminated? */
static inline bool piece_is_among(struct piece piece, const char *const *texts)
{
	while (*texts && !piece_is(piece, *texts))
		texts++;
	return *texts;
}

/* piece_find - where the words are in it; NULL: nowhere. */
static inline const char *piece_find(struct piece piece, const char *words)
{
	return memmem(piece.at, piece_size(piece), words, strlen(words));
}

/* piece_begins - with the text? */
static inline bool piece_begins(struct piece piece, const char *text)
{
	return piece_size(piece) >= strlen(text) && !memcmp(piece.at, text, strlen(text));
}

/* piece_passes - does it begin with the text? Then it is moved behind it. */
static inline bool piece_passes(struct piece *piece, const char *text)
{
	bool begins = piece_begins(*piece, text);

	piece->at += begins ? strlen(text) : 0;
	return begins;
}

/* piece_span - how many bytes at its beginning are of these. */
static inline size_t piece_span(struct piece piece, const char *bytes)
{
	const char *at = piece.at;

	while (at < piece.end && *at && strchr(bytes, *at))
		at++;
	return (size_t)(at - piece.at);
}

/* piece_passes_word - takes off the word before the next space. */
static inline bool piece_passes_word(struct piece *piece, struct piece *word)
{
	const char *space = memchr(piece->at, ' ', piece_size(*piece));

	if (!space || space == piece->at)
		return false;
	*word = (struct piece){ piece->at, space };
	piece->at = space;
	return true;
}

/* piece_next_word - takes off the next word, and the blanks before it. False: there is none. */
static inline bool piece_next_word(struct piece *piece, struct piece *word)
{
	piece->at += piece_span(*piece, " \t");
	word->at = piece->at;
	while (piece->at < piece->end && *piece->at != ' ' && *piece->at != '\t')
		piece->at++;
	word->end = piece->at;
	return word->at < word->end;
}

/* piece_after, piece_until - what is behind the words, and before them; where they are not there:
 * nothing, and all of it. */
static inline struct piece piece_after(struct piece piece, const char *words)
{
	const char *found = piece_find(piece, words);

	return (struct piece){ found ? found + strlen(words) : piece.end, piece.end };
}

static inline struct piece piece_until(struct piece piece, const char *words)
{
	return (struct piece){ piece.at, piece_find(piece, words) ?: piece.end };
}

/* piece_word - its beginning, as far as it is letters, digits and these other bytes. */
static inline struct piece piece_word(struct piece piece, const char *others)
{
	struct piece word = { piece.at, piece.at };

	while (word.end < piece.end && *word.end &&
	       (isalnum((unsigned char)*word.end) || strchr(others, *word.end)))
		word.end++;
	return word;
}

/* piece_trim - without the white space at both ends. */
static inline struct piece piece_trim(struct piece piece)
{
	while (piece.at < piece.end && isspace((unsigned char)*piece.at))
		piece.at++;
	while (piece.at < piece.end && isspace((unsigned char)piece.end[-1]))
		piece.end--;
	return piece;
}

/* piece_copy - into so many bytes: cut to fit, NUL-terminated, a NUL in it as '?'. */
static inline void piece_copy(char *to, size_t size, struct piece from)
{
	size_t length = piece_size(from) < size ? piece_size(from) : size - 1;

	for (size_t i = 0; i < length; i++)
		to[i] = from.at[i] ? from.at[i] : '?';
	to[length] = '\0';
}

/* common.h - small things that every area of this service needs. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/ctx.h"
#include "base/err.h"
#include "base/opt.h"

/* The day it is in the Netherlands: what "today" means in rules about days. */
int32_t today_nl(int64_t now_us);

/* ["birthDate","names"]: the members of a body, for audit_write. */
const char *member_names(struct arena *a, const json_t *body);

/* Adds a word to a list of allowed actions when the condition holds. */
#define ACTIONS_MAX 24
void action_add(struct arena *a, struct text_array *actions, bool when, const char *action);

/* Writes `[row,row]` under a name into an object under construction: {"items":[…]} is reply_items. */
struct json_shape;
struct response;
err_t reply_items(struct response *rs, const struct json_shape *shape, const void *rows, size_t n);

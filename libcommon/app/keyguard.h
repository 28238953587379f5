/*
 * keyguard.h - before a program seals anything: are the keys here that its database is sealed with?
 *
 * wf.field_keys says which. One that lacks ends the program (keyring.lacking); new ones are noted down. As
 * long as the database has not answered, nothing is sealed (field.locked).
 */
#pragma once

#include "base/err.h"

struct program;

/* In a coroutine, once: until the database has answered; NULL also when the program drains before. */
AWAITS MUST_CHECK err_t keyguard_check(struct program *p);

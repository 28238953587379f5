/* number.h - the numbers of documents, as they are looked for. */
#pragma once

struct arena;

/* Letters and digits only, in capitals, in the arena. */
const char *number_key(struct arena *a, const char *number);

/* observe_internal.h - what the files observe*.c share: what a scrape reads of the process and of its files.
 */
#pragma once

#include <stdint.h>

struct program;

/* Sets a gauge that has no label. */
void observe_gauge(const char *name, const char *help, double v);
/* Processor, memory, descriptors, the time of the start. */
void observe_process(int64_t started_us);
/* Ages of the keys in WAYFARE_KEYS, and what is left of the certificates in WAYFARE_CERTIFICATES. */
void observe_files(const struct program *p);

/* codes.h - the code lists of Debian's iso-codes as of the build: countries, languages, scripts; and what
 * ICAO 9303 adds for nationality. */
#pragma once

#include <stdbool.h>

/* ISO 3166-1 alpha-2, and XK. */
bool codes_country(const char *code);
/* A country, or XXA stateless, XXB refugee, XXC other refugee, XXX unknown (ICAO 9303 part 3). */
bool codes_nationality(const char *code);
/* BCP 47: the primary subtag is ISO 639-1 or 639-3, a script subtag ISO 15924, a region a country. */
bool codes_language(const char *tag);
/* ISO 15924. */
bool codes_script(const char *code);

/* file.h - CLEANUP(file_endp) FILE *f. */
#pragma once

#include <stdio.h>

static inline void file_endp(FILE **f)
{
    if (*f)
        fclose(*f);
}

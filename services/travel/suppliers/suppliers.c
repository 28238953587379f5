/* suppliers.c - the suppliers that there are. */
#include "base/str.h"
#include "travel/suppliers/supplier.h"

static const struct supplier *const suppliers[] = {&supplier_manual};

const struct supplier *supplier_find(const char *code)
{
    for (size_t i = 0; i < LENGTH(suppliers); i++) {
        if (str_eq(suppliers[i]->code, code))
            return suppliers[i];
    }
    return NULL;
}

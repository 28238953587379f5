/* ctx.c - questions about who asks. */
#include "base/ctx.h"

#include "base/str.h"

bool principal_has(const struct principal *who, const char *scope)
{
    return str_has_word(who->scope, scope);
}

bool principal_of_house(const struct principal *who)
{
    return str_eq(who->organisation, ORGANISATION_HOUSE);
}

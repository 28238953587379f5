/*
 * db_hosts.c - several hosts in a conninfo.
 *
 * libpq goes on to the next when one refuses, but for a host that says nothing it waits, and its own timeout
 * is not for those who poll. So each attempt may begin with another one.
 */
#include <stdio.h>
#include <string.h>

#include "io/db_internal.h"

static const char *option(const struct place *p, const char *keyword)
{
    for (const PQconninfoOption *o = p->where; o && o->keyword; o++) {
        if (strcmp(o->keyword, keyword) == 0)
            return o->val ? o->val : "";
    }
    return "";
}

static unsigned parts(const char *list)
{
    unsigned n = 1;

    for (; *list; list++)
        n += *list == ',';
    return n;
}

unsigned hosts_of(const struct place *p)
{
    unsigned n = parts(option(p, "host")), numeric = parts(option(p, "hostaddr"));

    return n > numeric ? n : numeric;
}

const char *hosts_from(const struct place *p, const char *keyword, unsigned k, char *space, size_t bytes)
{
    const char *list = option(p, keyword), *from = list;

    if (parts(list) == 1)
        return *list ? list : NULL;
    for (; k > 0 && strchr(from, ','); k--)
        from = strchr(from, ',') + 1;
    if (from == list)
        snprintf(space, bytes, "%s", list);
    else
        snprintf(space, bytes, "%s,%.*s", from, (int)(from - list - 1), list);
    return space;
}

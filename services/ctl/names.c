/* names.c - see names.h */
#include "ctl/names.h"

#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "ctl/files.h"

#define SERVICE_MAX 20

static const char *const services[] = {"identity", "cases", "travel", "diaspora", "notifications"};

struct text_array names_services(void)
{
    return (struct text_array){.v = (const char **)(uintptr_t)services, .n = LENGTH(services)};
}

err_t names_of(struct arena *a, const char *service, struct service_names *ret)
{
    size_t n = strlen(service);

    if (n == 0 || n > SERVICE_MAX || strspn(service, "abcdefghijklmnopqrstuvwxyz") != n)
        return err_new(a, ERR_INVALID, "ctl.service", "'%s' is not the name of a service", service);
    *ret = (struct service_names){
        .service = service,
        .database = arena_printf(a, "wayfare_%s", service),
        .owner = arena_printf(a, "wf_%s_owner", service),
        .role = arena_printf(a, "wf_%s_service", service),
        .worker = arena_printf(a, "wf_%s_worker", service),
    };
    return NULL;
}

err_t names_fill(struct arena *a, const char *what, const char *script, const struct service_names *n,
                 const char **ret)
{
    return text_fill(a, what, script,
                     (const char *const[]){"database", n->database, "owner", n->owner, "service", n->role,
                                           "worker", n->worker, NULL},
                     ret);
}

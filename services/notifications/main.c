/* main.c - the notifications service: messages, the staff inbox, partners' webhooks, under /notifications/v1.
 */
#include "app/service_main.h"
#include "notifications/areas.h"
#include "notifications/inbox/inbox.h"
#include "notifications/state.h"

#define AREA_TABLE(area) area##_handlers,
static const struct handler *const handlers[] = {NOTIFICATIONS_AREAS(AREA_TABLE) NULL};
#undef AREA_TABLE

static err_t start(struct program *p)
{
    TRY(notifications_start(p));
    inbox_listen(p);
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct service notifications = {
        .name = "notifications",
        .about = "messages to people, the staff inbox, partners' webhooks",
        .handlers = handlers,
        .policy_scopes = "assignments:read cases.restricted:read messages:write protection:read "
                         "subscriptions:write",
        .uses_queue = true,
        .needs = PROGRAM_KEYS | PROGRAM_DATA,
        .start = start,
    };

    return service_main(argc, argv, &notifications);
}

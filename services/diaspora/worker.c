/* worker.c - the consumer of the events that concern the diaspora service. */
#include "app/inbox.h"
#include "diaspora/state.h"

static const struct inbox_handler handlers[] = {
    {NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct inbox_worker worker = {.name = "diaspora-worker",
                                               .about = "takes the events that concern the diaspora service",
                                               .service = "diaspora",
                                               .handlers = handlers,
                                               .needs = PROGRAM_DATA | PROGRAM_KEYS,
                                               .start = diaspora_start};
    return inbox_worker_main(argc, argv, &worker);
}

/*
 * aside.c - see aside.h.
 *
 *   loop:    queued ──────────────────────────► done: co_wake
 *               │ ▲ cancelled: taken out          ▲ eventfd
 *   thread:     └───────► running ────────────────┘
 */
#include "io/aside.h"

#include <assert.h>
#include <event2/event.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/ctx.h"
#include "io/co.h"
#include "io/loop.h"

ERR_DEFINE(err_open, ERR_UNAVAILABLE, "aside.open", "A thread cannot be made.");

/* Lives on the stack of who waits for it. */
struct job {
    struct job *next;
    void (*fn)(void *arg);
    void *arg;
    bool begun;
    struct co_wait wait;
};

struct aside {
    pthread_mutex_t lock; /* guards what is below, and begun of every job */
    pthread_cond_t more;
    struct job *first, **last; /* queued */
    struct job *done;
    bool started, ending, busy;
    int fd; /* readable: something is done */
    struct event *event;
    pthread_t thread;
};

static void tell(struct aside *a)
{
    uint64_t one = 1;

    if (write(a->fd, &one, sizeof(one)) != sizeof(one))
        abort(); /* the counter cannot be full: the loop empties it */
}

static struct job *take(struct aside *a)
{
    struct job *j = a->first;

    a->first = j->next;
    if (!a->first)
        a->last = &a->first;
    j->begun = true;
    a->busy = true;
    return j;
}

static void *work(void *arg)
{
    struct aside *a = arg;

    pthread_mutex_lock(&a->lock);
    while (!a->ending) {
        struct job *j;

        if (!a->first) {
            pthread_cond_wait(&a->more, &a->lock);
            continue;
        }
        j = take(a);
        pthread_mutex_unlock(&a->lock);
        j->fn(j->arg);
        pthread_mutex_lock(&a->lock);
        a->busy = false;
        j->next = a->done;
        a->done = j;
        tell(a);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
    struct aside *a = arg;
    struct job *done;
    uint64_t n;

    (void)what;
    if (read(fd, &n, sizeof(n)) != sizeof(n))
        return;
    pthread_mutex_lock(&a->lock);
    done = a->done;
    a->done = NULL;
    pthread_mutex_unlock(&a->lock);
    for (struct job *next; done; done = next) {
        next = done->next;
        co_wake(&done->wait);
    }
}

err_t aside_open(struct loop *l, struct aside **ret)
{
    struct aside *a = calloc(1, sizeof(*a));

    if (!a)
        abort();
    a->last = &a->first;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->more, NULL);
    a->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    a->event = a->fd < 0 ? NULL : event_new(loop_base(l), a->fd, EV_READ | EV_PERSIST, on_done, a);
    if (!a->event || event_add(a->event, NULL) != 0) {
        aside_close(a);
        return err_open;
    }
    *ret = a;
    return NULL;
}

/* Signals are the loop's. */
static bool start(struct aside *a)
{
    sigset_t all, before;

    if (a->started)
        return true;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    a->started = pthread_create(&a->thread, NULL, work, a) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return a->started;
}

void aside_close(struct aside *a)
{
    bool busy;

    if (!a)
        return;
    if (a->event)
        event_free(a->event);
    pthread_mutex_lock(&a->lock);
    a->ending = true;
    busy = a->busy;
    pthread_cond_signal(&a->more);
    pthread_mutex_unlock(&a->lock);
    if (a->started && busy) {
        pthread_detach(a->thread);
        return; /* it may still look at a */
    }
    if (a->started)
        pthread_join(a->thread, NULL);
    if (a->fd >= 0)
        close(a->fd);
    pthread_cond_destroy(&a->more);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

/* True: it had not begun, and is out. */
static bool withdraw(struct aside *a, struct job *j)
{
    bool out;

    pthread_mutex_lock(&a->lock);
    out = !j->begun;
    for (struct job **at = &a->first; out && *at; at = &(*at)->next) {
        if (*at != j)
            continue;
        *at = j->next;
        if (!j->next)
            a->last = at;
        break;
    }
    pthread_mutex_unlock(&a->lock);
    return out;
}

err_t aside_run(struct ctx *x, struct aside *a, void (*fn)(void *arg), void *arg)
{
    struct job j = {.fn = fn, .arg = arg};
    err_t e;

    if (!start(a))
        return err_open;
    pthread_mutex_lock(&a->lock);
    *a->last = &j;
    a->last = &j.next;
    pthread_cond_signal(&a->more);
    pthread_mutex_unlock(&a->lock);
    while ((e = co_wait(&j.wait)) != NULL) {
        if (withdraw(a, &j))
            return e;
        co_deadline(0);
    }
    co_deadline(x->deadline_us);
    return NULL;
}

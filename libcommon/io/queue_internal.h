/*
 * queue_internal.h - connections to Redis and calls that wait for replies; for queue*.c alone.
 *
 * One connection carries the commands of the whole process, pipelined; a blocking read has one of its own
 * (kept for the next), and so has publish/subscribe. Replies come in the order of the commands, so each
 * connection keeps a list of pendings.
 */
#pragma once

#include <hiredis/async.h>

#include "io/co.h"
#include "io/queue.h"

struct evdns_base;
struct evdns_getaddrinfo_request;
struct addrinfo;
struct loop_timer;
struct queue_call;
struct queue_sentinels;

/* One command on its way. Lives in the queue's arena, reused. */
struct queue_pending {
    struct queue_pending *next;
    struct queue_conn *conn;
    struct queue_call *call; /* NULL: nobody waits (any more) */
    size_t index;            /* which command of the call */
    int64_t due_us;          /* mono; not answered by then: the connection is given up */
};

/* What a coroutine waits for: the replies of one or more commands. Lives on its stack. */
struct queue_call {
    struct co_wait wait;
    struct arena *arena; /* what take parses into */
    size_t open;         /* replies to come */
    err_t err;           /* the first that went wrong */
    bool no_group;       /* a reply was -NOGROUP */
    /* Takes a reply that is no error; runs on the loop's stack. NULL: not looked at. */
    err_t (*take)(struct queue_call *call, const redisReply *r, size_t index);
    void *arg;
};

enum queue_conn_kind { QUEUE_MAIN, QUEUE_BLOCKING, QUEUE_SUBSCRIBED };

struct queue_conn {
    struct queue *q;
    enum queue_conn_kind kind;
    redisAsyncContext *ac; /* NULL: down */
    int64_t since_us;      /* mono; when the attempt began */
    bool up;
    struct queue_pending *oldest, *newest;
    struct loop_timer *again; /* the next attempt */
    int64_t pause_us;
    struct queue_conn *next; /* idle blocking connections */
    struct queue_conn *each; /* all blocking connections */
};

struct queue_listener {
    struct queue_listener *next;
    const char *channel;
    void (*fn)(void *arg);
    void *arg;
};

struct queue {
    struct arena *arena;
    struct loop *loop;
    struct evdns_base *dns;
    struct queue_address address;
    const char *password, *sentinel_password;
    const char *path; /* unix socket, or NULL */
    char ip[64];      /* where Redis was found last */
    int port;
    int next_port; /* of what is being resolved */
    bool ready;    /* connected to a master, and the policy is right */
    bool closing;
    bool told;                         /* that Redis is lost, once until it is ready */
    struct queue_sentinels *sentinels; /* NULL: none */
    struct queue_conn main, sub;
    struct queue_conn *idle;     /* blocking */
    struct queue_conn *blocking; /* all of them, in use or not */
    struct queue_pending *spare;
    struct queue_listener *listeners;
    struct loop_timer *watch, *check;
    bool asked; /* INFO is on its way */
};

/* Begins to connect; main and sub try again for ever. Only main looks for Redis; the others go where it is.
 */
void queue_conn_start(struct queue_conn *c);
/* Sentinels have named a master; or none has. */
void queue_conn_found(struct queue *q, const char *host, int port);
void queue_conn_lost(struct queue *q);
/* Gives a connection up: its pendings end with "away". main and sub connect again. */
void queue_conn_drop(struct queue_conn *c);
/* A connection for one blocking read, not necessarily up yet: commands are kept until it is. NULL: no way to
 * Redis. */
struct queue_conn *queue_conn_take(struct queue *q);
void queue_conn_give(struct queue_conn *c);
/* Looks for connections that do not answer. */
void queue_conns_watch(struct queue *q, int64_t now_us);

/* Asks one sentinel after the other, from the one that knew last; ends in queue_conn_found or _lost. */
void queue_sentinels_open(struct queue *q);
void queue_sentinels_ask(struct queue *q);
/* What the last one said was of no use: another is asked first. */
void queue_sentinels_next(struct queue *q);
void queue_sentinels_close(struct queue *q);

/* A host's address, by the resolver of libevent; NULL: fn has been called. */
struct evdns_getaddrinfo_request *queue_resolve(struct queue *q, const char *host,
                                                void (*fn)(int fault, struct addrinfo *found, void *arg),
                                                void *arg);
/* The first address found, as text; frees found. */
bool queue_ip(struct addrinfo *found, char *out, size_t size);

/* Sends one command for a call (NULL: nobody waits). slack_us: the time that the command itself may block. */
void queue_send(struct queue_conn *c, struct queue_call *call, int64_t slack_us, int argc,
                const char *const *argv, const size_t *lengths);
#define QUEUE_SEND(c, call, slack_us, ...)                                                                   \
    queue_send((c), (call), (slack_us), (int)LENGTH(((const char *const[]){__VA_ARGS__})),                   \
               (const char *const[]){__VA_ARGS__}, NULL)
/* Waits for all replies of a call. On cancellation nothing can reach the call any more. */
AWAITS MUST_CHECK err_t queue_wait(struct queue_conn *c, struct queue_call *call);

/* When a connection has come up: checks and subscriptions. */
void queue_main_up(struct queue *q);
void queue_sub_up(struct queue *q);

/* Redis's INFO: the value of a line, cut into out. */
bool queue_info(const char *info, const char *name, char *out, size_t size);

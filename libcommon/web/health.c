/* health.c - see health.h. */
#include "web/health.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "io/loop.h"
#include "web/listen.h"
#include "web/metrics.h"

#define PARTS_MAX 24

ERR_DEFINE(err_edge, ERR_UNAVAILABLE, "health.open", "The socket of /health and /metrics cannot be served.");

struct part {
    const char *name;
    bool (*ready)(void *arg);
    void *arg;
    bool spare;
};

struct health {
    struct loop *loop;
    struct evhttp *http;
    char *path; /* of the unix socket, NULL for TCP */
    struct part parts[PARTS_MAX];
    size_t nparts;
};

static void answer(struct evhttp_request *ev, int status, const char *reason, const char *type,
                   struct buf *body)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(ev);

    evhttp_add_header(headers, "Content-Type", type);
    evhttp_add_header(headers, "Cache-Control", "no-store");
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    evbuffer_add(evhttp_request_get_output_buffer(ev), body->p, body->n);
    evhttp_send_reply(ev, status, reason, NULL);
}

/* {"status":"ready","parts":{"database":true,…}} */
static bool ready_write(struct health *h, struct buf *out)
{
    bool all = !loop_draining(h->loop), spares = false, spare_ready = false;

    buf_puts(out, ",\"parts\":{");
    for (size_t i = 0; i < h->nparts; i++) {
        bool ok = h->parts[i].ready(h->parts[i].arg);
        if (i)
            buf_putc(out, ',');
        json_write_text(out, h->parts[i].name);
        buf_puts(out, ok ? ":true" : ":false");
        spares |= h->parts[i].spare;
        spare_ready |= h->parts[i].spare && ok;
        all &= ok || h->parts[i].spare;
    }
    buf_putc(out, '}');
    if (loop_draining(h->loop))
        buf_puts(out, ",\"draining\":true");
    buf_putc(out, '}');
    return all && spares == spare_ready;
}

static void ready_scrape(const struct health *h)
{
    struct metric *ready =
        metric_gauge("wayfare_ready", "1: this part of the process is ready; 0: it is not.", "part");

    for (size_t i = 0; i < h->nparts; i++)
        metric_set(ready, h->parts[i].name, h->parts[i].ready(h->parts[i].arg) ? 1 : 0);
}

static void on_request(struct evhttp_request *ev, void *arg)
{
    struct health *h = arg;
    CLEANUP(arena_endp) struct arena *a = arena_new();
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(ev));
    struct buf out, parts;

    buf_init(&out, a, 4096);
    if (evhttp_request_get_command(ev) != EVHTTP_REQ_GET) {
        evhttp_add_header(evhttp_request_get_output_headers(ev), "Allow", "GET");
        buf_puts(&out, "{\"status\":\"method not allowed\"}");
        answer(ev, 405, "Method Not Allowed", "application/json", &out);
    } else if (str_eq(path, "/health/live")) {
        buf_puts(&out, "{\"status\":\"live\"}");
        answer(ev, 200, "OK", "application/json", &out);
    } else if (str_eq(path, "/health/ready")) {
        buf_init(&parts, a, 512);
        bool ok = ready_write(h, &parts);
        buf_puts(&out, ok ? "{\"status\":\"ready\"" : "{\"status\":\"notReady\"");
        buf_put(&out, parts.p, parts.n);
        answer(ev, ok ? 200 : 503, ok ? "OK" : "Service Unavailable", "application/json", &out);
    } else if (str_eq(path, "/metrics")) {
        ready_scrape(h);
        metrics_write(&out);
        answer(ev, 200, "OK", "text/plain; version=0.0.4; charset=utf-8", &out);
    } else {
        buf_puts(&out, "{\"status\":\"not found\"}");
        answer(ev, 404, "Not Found", "application/json", &out);
    }
}

err_t health_open(struct loop *l, const char *listen, struct health **ret)
{
    int fd;

    *ret = NULL;
    if (listen[0] == '\0')
        return NULL;
    TRY(listen_open(listen, &fd));
    struct health *h = calloc(1, sizeof(*h));
    struct evconnlistener *el =
        evconnlistener_new(loop_base(l), NULL, NULL, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);

    if (!h || !el)
        abort();
    h->loop = l;
    h->http = evhttp_new(loop_base(l));
    if (!h->http || !evhttp_bind_listener(h->http, el)) {
        evconnlistener_free(el);
        if (h->http)
            evhttp_free(h->http);
        free(h);
        return err_edge;
    }
    evhttp_set_max_headers_size(h->http, 8192);
    evhttp_set_max_body_size(h->http, 1024);
    evhttp_set_timeout(h->http, 30);
    evhttp_set_gencb(h->http, on_request, h);
    if (listen_unix_path(listen))
        h->path = strdup(listen_unix_path(listen));
    *ret = h;
    return NULL;
}

void health_close(struct health *h)
{
    if (!h)
        return;
    if (h->path)
        unlink(h->path);
    evhttp_free(h->http);
    free(h->path);
    free(h);
}

static void part_add(struct health *h, struct part part)
{
    if (h && h->nparts < PARTS_MAX)
        h->parts[h->nparts++] = part;
}

void health_part(struct health *h, const char *name, bool (*ready)(void *arg), void *arg)
{
    part_add(h, (struct part){.name = name, .ready = ready, .arg = arg});
}

void health_part_spare(struct health *h, const char *name, bool (*ready)(void *arg), void *arg)
{
    part_add(h, (struct part){.name = name, .ready = ready, .arg = arg, .spare = true});
}

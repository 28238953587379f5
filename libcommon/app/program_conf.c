/* program_conf.c - the settings that programs have in common; each program shows and reads those that it
 * needs. */
#include "app/program_conf.h"

#include <string.h>

#include "base/arena.h"
#include "base/install.h"
#include "base/str.h"

ERR_DEFINE(err_mode, ERR_INVALID, "conf.mode", "WAYFARE_MODE is production or development.");
ERR_DEFINE(err_clear, ERR_INVALID, "conf.clear", "WAYFARE_S3_ENDPOINT is https://, except in development.");
ERR_DEFINE(err_development_only, ERR_INVALID, "conf.developmentOnly",
           "WAYFARE_CLOCK_OFFSET_S and WAYFARE_OUTCALL_ALLOW are for development only.");

#define ENTRY(member, name_, type_, fallback_, help_)                                                        \
    {                                                                                                        \
        .name = (name_), .type = (type_), .offset = offsetof(struct common_conf, member),                    \
        .fallback = (fallback_), .help = (help_)                                                             \
    }

static const struct {
    unsigned needs; /* shown and read if the program needs any of these; 0: always */
    struct conf_entry entry;
} entries[] = {
    {0, ENTRY(mode, "WAYFARE_MODE", CONF_TEXT, "production", "production or development")},
    {PROGRAM_ANY, ENTRY(service, "WAYFARE_SERVICE", CONF_TEXT, NULL, "service whose database it works on")},
    {0, ENTRY(db, "WAYFARE_DB", CONF_TEXT, NULL, "PostgreSQL: libpq conninfo without password")},
    {PROGRAM_SERVICE, ENTRY(db_read, "WAYFARE_DB_READ", CONF_TEXT, "",
                            "standbys that answer lists: conninfo as WAYFARE_DB, such as host=a,b "
                            "target_session_attrs=standby …; empty: the primary answers them")},
    {0, ENTRY(db_password, "WAYFARE_DB_PASSWORD_FILE", CONF_SECRET, "", "file with the database password")},
    {PROGRAM_QUEUE,
     ENTRY(redis, "WAYFARE_REDIS", CONF_TEXT, NULL,
           "Redis: unix:/path, host:port or sentinel://host:port,host:port/master; several that "
           "share the streams: comma-separated")},
    {PROGRAM_QUEUE,
     ENTRY(redis_password, "WAYFARE_REDIS_PASSWORD_FILE", CONF_SECRET, "", "file with the Redis password")},
    {PROGRAM_QUEUE, ENTRY(sentinel_password, "WAYFARE_SENTINEL_PASSWORD_FILE", CONF_SECRET, "",
                          "file with the password of its sentinels")},
    {0, ENTRY(documents, "WAYFARE_DOCUMENTS", CONF_TEXT, INSTALL_DATA "/documents",
              "folder of the bundled documents and events.json")},
    {PROGRAM_STORE, ENTRY(contents, "WAYFARE_CONTENTS", CONF_TEXT, INSTALL_STATE "/contents",
                          "contents of documents, sealed: a folder, or s3://bucket/prefix")},
    {PROGRAM_STORE, ENTRY(s3_endpoint, "WAYFARE_S3_ENDPOINT", CONF_TEXT, "",
                          "of a bucket: https://host[:port]; its authority may be that of WAYFARE_CA_FILE")},
    {PROGRAM_STORE, ENTRY(s3_region, "WAYFARE_S3_REGION", CONF_TEXT, "us-east-1", "of a bucket")},
    {PROGRAM_STORE,
     ENTRY(s3_id, "WAYFARE_S3_ID_FILE", CONF_SECRET, "", "file with the id of the bucket's access key")},
    {PROGRAM_STORE, ENTRY(s3_secret, "WAYFARE_S3_SECRET_FILE", CONF_SECRET, "", "file with its secret")},
    {PROGRAM_DATA,
     ENTRY(data, "WAYFARE_DATA", CONF_TEXT, INSTALL_DATA "/services/", "folder of this service's data")},
    {PROGRAM_SERVICE,
     ENTRY(listen, "WAYFARE_LISTEN", CONF_TEXT, NULL, "unix:/path or tcp:host:port to answer on")},
    {0, ENTRY(metrics, "WAYFARE_METRICS", CONF_TEXT, "",
              "unix:/path or tcp:host:port of /metrics and /health; empty: none")},
    {0, ENTRY(certificates, "WAYFARE_CERTIFICATES", CONF_TEXT, "",
              "certificates whose end /metrics tells, colon-separated; such as the gateway's")},
    {PROGRAM_SERVICE,
     ENTRY(issuers, "WAYFARE_ISSUERS", CONF_TEXT, NULL, "folders of issuer profiles, colon-separated")},
    {PROGRAM_SERVICE | PROGRAM_KEYS,
     ENTRY(audience, "WAYFARE_AUDIENCE", CONF_TEXT, "wayfare", "aud of tokens")},
    {PROGRAM_KEYS, ENTRY(keys, "WAYFARE_KEYS", CONF_TEXT, NULL, "folder of this program's secrets")},
    {PROGRAM_KEYS, ENTRY(kek, "WAYFARE_KEK", CONF_TEXT, "",
                         "file of the key that wraps the field keys; empty: they are in clear")},
    {0, ENTRY(run, "WAYFARE_RUN", CONF_TEXT, INSTALL_RUN, "folder of the sockets between programs")},
    {PROGRAM_KEYS, ENTRY(peers, "WAYFARE_PEERS", CONF_TEXT, "",
                         "peers that are elsewhere: name=unix:/path or name=http(s)://host:port, "
                         "comma-separated; others: sockets in WAYFARE_RUN")},
    {PROGRAM_KEYS,
     ENTRY(peer_tls, "WAYFARE_PEER_TLS", CONF_TEXT, "",
           "folder for https to peers: ca.pem, which alone is trusted, our certificate.pem and key.pem; "
           "empty: without a certificate of ours")},
    {0, ENTRY(allow, "WAYFARE_OUTCALL_ALLOW", CONF_TEXT, "",
              "private host:port list that calls may reach; development")},
    {0, ENTRY(nameserver, "WAYFARE_NAMESERVER", CONF_TEXT, "",
              "address[:port] that resolves names for outgoing calls; empty: those of resolv.conf")},
    {0, ENTRY(ca_file, "WAYFARE_CA_FILE", CONF_TEXT, "", "further certificate authority for outgoing calls")},
    {PROGRAM_SERVICE,
     ENTRY(cors, "WAYFARE_CORS_ORIGINS", CONF_TEXT, "", "origins that browsers may call from")},
    {PROGRAM_SERVICE,
     ENTRY(rate, "WAYFARE_RATE", CONF_INT, "100",
           "requests a second of a client or user whose token says nothing else; 0: no limit")},
    {PROGRAM_SERVICE, ENTRY(burst, "WAYFARE_BURST", CONF_INT, "400", "its requests at once")},
    {PROGRAM_SERVICE,
     ENTRY(daily, "WAYFARE_DAILY", CONF_INT, "0", "its requests in a day of UTC; 0: no quota")},
    {0, ENTRY(log_level, "WAYFARE_LOG_LEVEL", CONF_TEXT, "info", "debug, info, warn or error")},
    {0, ENTRY(clock_offset_s, "WAYFARE_CLOCK_OFFSET_S", CONF_INT, "0",
              "seconds to move the clock by; development")},
    {PROGRAM_RELAY, ENTRY(republish_ms, "WAYFARE_REPUBLISH_MS", CONF_INT, "60000",
                          "unconfirmed for so long: publish again")},
    {PROGRAM_RELAY, ENTRY(keep_days, "WAYFARE_KEEP_SENT_DAYS", CONF_INT, "30",
                          "so long are confirmed events kept, for reconcile")},
    {PROGRAM_CONSUMER,
     ENTRY(claim_ms, "WAYFARE_CLAIM_MS", CONF_INT, "15000", "held by another for so long: abandoned")},
    {PROGRAM_CONSUMER,
     ENTRY(retry_ms, "WAYFARE_RETRY_MS", CONF_INT, "1000", "pause after the first failure; doubles")},
    {PROGRAM_CONSUMER,
     ENTRY(attempts, "WAYFARE_ATTEMPTS", CONF_INT, "12", "so many failures and a job is dead")},
};

static const struct conf_entry traces[] = {
    {"WAYFARE_OTLP_URL", CONF_TEXT, offsetof(struct trace_conf, url), "",
     "where traces go: OTLP over HTTP, such as http://127.0.0.1:4318/v1/traces; empty: nowhere"},
    {"WAYFARE_TRACE_SHARE", CONF_INT, offsetof(struct trace_conf, share), "10",
     "of 100 traces that begin here so many are sampled"},
};

/* Behind what is at at, so that its offsets lie in a struct of its own. */
static size_t append(struct conf_entry *table, size_t n, const struct conf_entry *own, size_t nown, size_t at)
{
    for (size_t i = 0; i < nown; i++) {
        table[n] = own[i];
        table[n++].offset += at;
    }
    return n;
}

static size_t aligned(size_t bytes)
{
    return (bytes + 15) & ~(size_t)15;
}

err_t program_conf_load(struct program *p, const char *about, unsigned needs,
                        const struct program_settings *own, int argc, char **argv,
                        struct trace_conf *ret_traces)
{
    size_t at = aligned(sizeof(struct common_conf)), own_at = at + aligned(sizeof(struct trace_conf));
    size_t nown = own ? own->n : 0, n = 0;
    struct conf_entry *table =
        ARENA_ARRAY(p->arena, LENGTH(entries) + LENGTH(traces) + nown, struct conf_entry);
    char *out = arena_alloc(p->arena, own_at + (own ? own->size : 0));
    struct common_conf *conf = (struct common_conf *)(void *)out;

    for (size_t i = 0; i < LENGTH(entries); i++) {
        if (entries[i].needs && !(entries[i].needs & needs))
            continue;
        table[n] = entries[i].entry;
        if (table[n].offset == offsetof(struct common_conf, data)) /* each service has its own */
            table[n].fallback =
                arena_printf(p->arena, "%s%s", table[n].fallback, p->service ? p->service : "");
        n++;
    }
    n = append(table, n, traces, LENGTH(traces), at);
    n = append(table, n, own ? own->table : NULL, nown, own_at);
    TRY(conf_load(p->arena, p->name, about, table, n, argc, argv, out));

    p->production = str_eq(conf->mode, "production");
    if (!p->production && !str_eq(conf->mode, "development"))
        return err_mode;
    if (p->production && (conf->clock_offset_s != 0 || conf->allow[0]))
        return err_development_only;
    if (p->production && conf->s3_endpoint && str_starts(conf->s3_endpoint, "http:"))
        return err_clear;
    p->conf = *conf;
    p->settings = own ? out + own_at : NULL;
    memcpy(ret_traces, out + at, sizeof(*ret_traces));
    return NULL;
}

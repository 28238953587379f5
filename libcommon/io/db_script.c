/* db_script.c - see db_script.h */
#include "io/db_script.h"

#include <libpq-fe.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/hmac.h"
#include "base/str.h"

#define CONNECT_TIMEOUT "10"

struct db_script {
    struct arena *arena;
    PGconn *pg;
};

static void release(void *p)
{
    PQfinish(p);
}

static void quiet(void *arg, const PGresult *r)
{
    (void)arg;
    (void)r; /* "relation exists, skipping": scripts are written to be repeated */
}

/* libpq's messages are lines; the first says it. */
static const char *first_line(struct arena *a, const char *text)
{
    return arena_strndup(a, text, strcspn(text, "\n"));
}

void db_script_await(const char *conninfo)
{
    bool told = false;

    for (;;) {
        PGPing p = PQping(conninfo);
        if (p == PQPING_OK || p == PQPING_NO_ATTEMPT)
            return;
        if (!told)
            fprintf(stderr, "waiting for PostgreSQL: %s\n",
                    p == PQPING_REJECT ? "it starts, or stops" : "nothing answers");
        told = true;
        sleep(1);
    }
}

err_t db_script_open(struct arena *a, const char *conninfo, const char *password, struct db_script **ret)
{
    /* An expanded dbname is taken apart like a connection string, and later keywords win over it. */
    const char *const keys[] = {"dbname", "password", "connect_timeout", "application_name", NULL};
    const char *const values[] = {conninfo, password, CONNECT_TIMEOUT, "wayfare-ctl", NULL};
    const char *const bare_keys[] = {"dbname", "connect_timeout", "application_name", NULL};
    const char *const bare_values[] = {conninfo, CONNECT_TIMEOUT, "wayfare-ctl", NULL};
    bool bare = password == NULL || *password == '\0';
    struct db_script *s = ARENA_NEW(a, struct db_script);

    s->arena = a;
    s->pg = PQconnectdbParams(bare ? bare_keys : keys, bare ? bare_values : values, 1);
    if (s->pg == NULL || PQstatus(s->pg) != CONNECTION_OK) {
        err_t e = err_new(a, ERR_UNAVAILABLE, "db.away", "%s",
                          s->pg == NULL ? "no memory" : first_line(a, PQerrorMessage(s->pg)));
        PQfinish(s->pg);
        return e;
    }
    arena_own(a, s->pg, release);
    PQsetNoticeReceiver(s->pg, quiet, NULL);
    *ret = s;
    return NULL;
}

/* The line of the script that PostgreSQL points at; 0 if it points at none. */
static int line_of(const char *text, const PGresult *r)
{
    const char *position = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
    long at = position == NULL ? 0 : strtol(position, NULL, 10);
    int line = 1;

    if (at <= 0)
        return 0;
    /* counted in characters, not bytes */
    for (long i = 1; i < at && *text != '\0'; text++) {
        line += *text == '\n';
        i += ((unsigned char)text[1] & 0xc0) != 0x80;
    }
    return line;
}

static err_t failed(struct db_script *s, const char *name, const char *text, const PGresult *r)
{
    const char *message = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    const char *detail = PQresultErrorField(r, PG_DIAG_MESSAGE_DETAIL);
    int line = line_of(text, r);
    const char *at = line > 0 ? arena_printf(s->arena, "%s:%d", name, line) : name;

    if (PQstatus(s->pg) != CONNECTION_OK)
        return err_new(s->arena, ERR_UNAVAILABLE, "db.away", "%s: %s", name,
                       first_line(s->arena, PQerrorMessage(s->pg)));
    return err_new(s->arena, ERR_INVALID, "script.failed", "%s: %s%s%s", at,
                   message == NULL ? "failed" : message, detail == NULL ? "" : " ",
                   detail == NULL ? "" : detail);
}

static void take_rows(struct db_script *s, const PGresult *r, struct text_array *ret)
{
    int n = PQntuples(r);

    ret->v = ARENA_ARRAY(s->arena, (size_t)n + 1, const char *);
    ret->n = (size_t)n;
    for (int i = 0; i < n; i++)
        ret->v[i] = arena_strdup(s->arena, PQgetvalue(r, i, 0));
}

err_t db_script_run(struct db_script *s, const char *name, const char *text, struct text_array *ret_rows)
{
    PGresult *r = PQexec(s->pg, text);
    ExecStatusType status = PQresultStatus(r);
    err_t e = NULL;

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        e = failed(s, name, text, r);
    else if (ret_rows != NULL)
        take_rows(s, r, ret_rows);
    PQclear(r);
    return e;
}

err_t db_script_run_atomic(struct db_script *s, const char *name, const char *text, const char *after)
{
    err_t e;

    TRY(db_script_run(s, name, "BEGIN", NULL));
    e = db_script_run(s, name, text, NULL);
    if (e == NULL)
        e = db_script_run(s, name, after, NULL);
    if (e == NULL)
        return db_script_run(s, name, "COMMIT", NULL);
    if (PQtransactionStatus(s->pg) != PQTRANS_IDLE) {
        err_t rollback = db_script_run(s, name, "ROLLBACK", NULL);
        (void)rollback; /* the connection is closed with the arena; the first error is what counts */
    }
    return e;
}

/*
 * The many rounds of PBKDF2 slow down who guesses a password from its verifier, and each connection of a
 * program too: libpq 15 takes 20 ms of the loop's time for the usual 4096. A password of at least 128 random
 * bits, as `database create` makes them, cannot be guessed, and needs one.
 */
enum { RANDOM_DIGITS = 32, SALT_BYTES = 16, HASH_BYTES = 32 };

static bool is_random(const char *password)
{
    size_t n = strlen(password);

    return n >= RANDOM_DIGITS && strspn(password, "0123456789abcdef") == n;
}

/* RFC 5802, section 3, with one iteration, in PostgreSQL's form (src/common/scram-common.c). */
static const char *verifier_of_random(struct arena *a, const char *password)
{
    uint8_t salt[SALT_BYTES], salted[HASH_BYTES], key[HASH_BYTES], stored[HASH_BYTES], server[HASH_BYTES];

    if (RAND_bytes(salt, sizeof salt) != 1 ||
        PKCS5_PBKDF2_HMAC(password, -1, salt, sizeof salt, 1, EVP_sha256(), sizeof salted, salted) != 1)
        abort();
    hmac_sha256((struct bytes){salted, HASH_BYTES}, "Client Key", strlen("Client Key"), key);
    SHA256(key, sizeof key, stored);
    hmac_sha256((struct bytes){salted, HASH_BYTES}, "Server Key", strlen("Server Key"), server);
    OPENSSL_cleanse(salted, sizeof salted);
    OPENSSL_cleanse(key, sizeof key);
    return arena_printf(a, "SCRAM-SHA-256$1:%s$%s:%s", str_base64(a, salt, sizeof salt),
                        str_base64(a, stored, sizeof stored), str_base64(a, server, sizeof server));
}

err_t db_script_scram(struct db_script *s, const char *role, const char *password, const char **ret)
{
    char *text;

    if (is_random(password)) {
        *ret = verifier_of_random(s->arena, password);
        return NULL;
    }
    text = PQencryptPasswordConn(s->pg, password, role, "scram-sha-256");
    if (text == NULL)
        return err_new(s->arena, ERR_INVALID, "script.password", "%s",
                       first_line(s->arena, PQerrorMessage(s->pg)));
    *ret = arena_strdup(s->arena, text);
    PQfreemem(text);
    return NULL;
}

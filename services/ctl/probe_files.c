/* probe_files.c - keys and certificates; see probes.h */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "ctl/admin.h"
#include "ctl/files.h"
#include "ctl/findings.h"
#include "ctl/keyknown.h"
#include "ctl/keyset.h"
#include "ctl/names.h"
#include "ctl/options.h"
#include "ctl/probes.h"

#define DAY_S 86400LL
#define KEY_DAYS 400        /* once a year, and a month */
#define CERTIFICATE_DAYS 30 /* then it is time */

static int64_t age_days(const struct stat *st)
{
    return (clock_now_us() / 1000000 - (int64_t)st->st_mtim.tv_sec) / DAY_S;
}

/* Whoever else may read a secret may have read it. */
static void probe_modes(struct ctl *c, struct findings *f, const char *service, const char *folder)
{
    static const char *const kinds[] = {"*.key", "*.pem", NULL};
    struct stat st;

    for (size_t k = 0; kinds[k] != NULL; k++) {
        glob_t files = {0};

        if (glob(arena_printf(c->arena, "%s/%s", folder, kinds[k]), 0, NULL, &files) == 0)
            for (size_t i = 0; i < files.gl_pathc; i++)
                if (stat(files.gl_pathv[i], &st) != 0 || (st.st_mode & 077) != 0)
                    found(f, FINDING_BAD, service,
                          arena_printf(c->arena, "%s can be read by others (mode %03o)", files.gl_pathv[i],
                                       st.st_mode & 0777),
                          "chmod 600; who else has had it? if in doubt: deploy/runbooks/key-rotated.md");
        globfree(&files);
    }
}

static err_t look_at_class(struct keyset *k, struct key_file *kf, void *arg)
{
    struct findings *f = arg;
    struct ctl *c = k->c;
    const char *path = arena_printf(c->arena, "%s/field-%s.key", k->folder, kf->cls);
    struct stat st;
    int64_t days;
    bool moving = false;

    if (stat(path, &st) != 0)
        return NULL;
    days = age_days(&st);
    for (size_t i = 1; i < kf->n; i++)
        moving = moving || !kf->lines[i].old;
    if (moving)
        found(f, FINDING_BAD, "keys", arena_printf(c->arena, "%s: a rotation has not come to its end", path),
              "wayfare-ctl keys rotate goes on with it");
    else if (days > KEY_DAYS)
        found(f, FINDING_BAD, "keys", arena_printf(c->arena, "%s is %" PRId64 " days old", path, days),
              "rotate it: deploy/runbooks/key-rotated.md");
    return NULL;
}

static err_t look_at_lost(struct keyset *k, struct key_file *kf, void *arg)
{
    return known_all_there(k->c->arena, arg, kf);
}

static err_t look_at_folder(struct ctl *c, struct findings *f, const char *service, const char *folder)
{
    struct keyset k = {.c = c, .folder = folder, .kek = ctl_option(c, "kek")};
    struct arena *a = arena_new();
    struct admin ad;
    err_t e = wrapping_keys_read(c->arena, k.kek, &k.w);

    if (e != NULL)
        e = err_new(c->arena, ERR_INVALID, e->code, "%s", e->cause ? e->cause : e->detail);
    if (e == NULL)
        e = keyset_each(&k, look_at_class, f);
    if (e == NULL && admin_open(c, a, service, arena_printf(a, "wayfare_%s", service), &ad) == NULL)
        e = keyset_each(&k, look_at_lost, &ad);
    arena_free(a);
    return e;
}

void probe_keys(struct ctl *c, struct findings *f)
{
    struct text_array all = names_services();
    size_t before = f->bad;

    if (ctl_option(c, "keys") == NULL) {
        found(f, FINDING_NOTE, "keys", "were not looked at", "--keys");
        return;
    }
    for (size_t i = 0; i < all.n; i++) {
        const char *folder;
        err_t e = text_fill(c->arena, "--keys", ctl_option(c, "keys"),
                            (const char *const[]){"service", all.v[i], NULL}, &folder);

        if (e == NULL) {
            probe_modes(c, f, all.v[i], folder);
            e = look_at_folder(c, f, all.v[i], folder);
        }
        if (e != NULL)
            found(f, FINDING_BAD, "keys", arena_printf(c->arena, "%s: %s", all.v[i], e->detail),
                  "deploy/runbooks/key-lost.md");
    }
    if (f->bad == before)
        found(f, FINDING_OK, "keys", "all are there that the databases ask for", "");
}

static void probe_certificate(struct ctl *c, struct findings *f, const char *path)
{
    FILE *file = fopen(path, "re");
    X509 *x = file != NULL ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    int days = 0, seconds = 0;
    enum finding_level level;

    if (file != NULL)
        fclose(file);
    if (x == NULL || ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(x)) != 1) {
        found(f, FINDING_BAD, "certificates",
              arena_printf(c->arena, "%s is not there, or no certificate", path),
              "put the certificate there, in PEM");
        X509_free(x);
        return;
    }
    level = days < CERTIFICATE_DAYS || seconds < 0 ? FINDING_BAD : FINDING_OK;
    found(f, level, "certificates",
          days < 0 || seconds < 0 ? arena_printf(c->arena, "%s has expired", path)
                                  : arena_printf(c->arena, "%s is good for %d days", path, days),
          "renew it, then restart nginx");
    X509_free(x);
}

void probe_certificates(struct ctl *c, struct findings *f)
{
    struct text_array files = ctl_options(c, "tls");

    if (files.n == 0)
        found(f, FINDING_NOTE, "certificates", "were not looked at", "--tls");
    for (size_t i = 0; i < files.n; i++)
        probe_certificate(c, f, files.v[i]);
}

/* http.c - the programme packs that are loaded: data of the process; the database only keeps who looked. */
#include "app/audit.h"
#include "app/service_main.h"
#include "base/arena.h"
#include "base/json.h"
#include "base/str.h"
#include "cases/areas.h"
#include "cases/programmes/pack.h"
#include "cases/state.h"

/* listProgrammes: GET /programmes */
static err_t list_programmes(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct packs *packs = PROGRAM_STATE(x, struct cases_state)->packs;
    const struct pack *p;
    struct buf *out;
    struct tx *tx;

    (void)rq;
    TRY(db_read(x, &tx));
    audit_list(tx, "programme", NULL, 0);
    out = reply_begin(rs, 200);
    buf_puts(out, "{\"items\":[");
    for (size_t i = 0; (p = packs_at(packs, i)) != NULL; i++)
        buf_printf(out, "%s{\"programme\":\"%s\",\"version\":%d,\"labels\":%s}", i ? "," : "", p->programme,
                   p->version, json_text(x->arena, p->labels));
    buf_puts(out, "]}");
    return NULL;
}

/* getProgramme: GET /programmes/{programme} */
static err_t get_programme(struct ctx *x, const struct request *rq, struct response *rs)
{
    const struct packs *packs = PROGRAM_STATE(x, struct cases_state)->packs;
    const char *programme = request_path_text(rq, "programme");
    int64_t version = request_query_int(rq, "version", 0);
    const struct pack *p =
        version ? packs_version(packs, programme, (int32_t)version) : packs_newest(packs, programme);
    struct tx *tx;

    if (!p)
        return err_new(x->arena, ERR_MISSING, "programme.missing", "There is no such programme.");
    TRY(db_read(x, &tx));
    audit_list(tx, "programme", NULL, 0);
    return reply_json_text(rs, 200, json_text(x->arena, p->document));
}

const struct handler programmes_handlers[] = {
    {"listProgrammes", list_programmes},
    {"getProgramme", get_programme},
    {NULL, NULL},
};

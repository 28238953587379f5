/* programme.c - a programme made of its document, all faults at once; and what is asked of it. */
#include "diaspora/programmes/programme.h"

#include "base/arena.h"
#include "base/codes.h"
#include "base/date.h"
#include "base/json.h"
#include "base/schema.h"
#include "base/str.h"

struct making {
    struct arena *a;
    struct programme *p;
    struct fault_list faults;
};

static void wrong(struct making *m, const char *at, const char *code, const char *detail)
{
    fault_add(m->a, &m->faults, (struct fault){.at = at, .code = code, .detail = detail});
}

static struct programme_period read_period(struct making *m, const json_t *item, const char *at)
{
    struct programme_period in = {.from = json_member_date(item, "from").v,
                                  .until = json_member_date(item, "until")};

    if (in.until.set && in.until.v < in.from)
        wrong(m, at, "period.order", "It would end before it begins.");
    return in;
}

static bool within(const struct programme_period *inner, const struct programme_period *outer)
{
    return inner->from >= outer->from &&
           (!outer->until.set || (inner->until.set && inner->until.v <= outer->until.v));
}

bool programme_has_sector(const struct programme *p, const char *sector)
{
    const json_t *item;
    size_t i;

    json_array_foreach(json_object_get(p->document, "sectors"), i, item)
    {
        if (str_eq(json_member_text(item, "sector"), sector))
            return true;
    }
    return false;
}

static void read_sectors(struct making *m, const json_t *array, const char *at, struct programme_country *c)
{
    struct programme_sector *v = ARENA_ARRAY(m->a, json_array_size(array), struct programme_sector);
    const json_t *item;
    size_t i;

    json_array_foreach(array, i, item)
    {
        const char *place = arena_printf(m->a, "%s/sectors/%zu", at, i);

        v[i] = (struct programme_sector){.sector = json_member_text(item, "sector"),
                                         .in = read_period(m, item, place)};
        if (!programme_has_sector(m->p, v[i].sector))
            wrong(m, place, "sector.unknown", "The programme does not name this sector.");
        if (!within(&v[i].in, &c->in))
            wrong(m, place, "period.outside", "The sector lies outside the days of its country.");
        for (size_t k = 0; k < i; k++) {
            if (str_eq(v[k].sector, v[i].sector))
                wrong(m, place, "sector.twice", "The country has this sector already.");
        }
    }
    c->sectors = v;
    c->nsectors = json_array_size(array);
}

static void read_countries(struct making *m, const json_t *array)
{
    struct programme_country *v = ARENA_ARRAY(m->a, json_array_size(array), struct programme_country);
    const json_t *item;
    size_t i;

    m->p->countries = v;
    json_array_foreach(array, i, item)
    {
        const char *at = arena_printf(m->a, "/countries/%zu", i);

        v[i].country = json_member_text(item, "country");
        v[i].in = read_period(m, item, at);
        if (!codes_country(v[i].country))
            wrong(m, at, "country.unknown", "There is no such country.");
        if (programme_country(m->p, v[i].country))
            wrong(m, at, "country.twice", "The programme has this country already.");
        read_sectors(m, json_object_get(item, "sectors"), at, &v[i]);
        m->p->ncountries++;
    }
}

static struct opt_i32 limit(const json_t *limits, const char *name)
{
    const json_t *v = json_object_get(limits, name);

    return json_is_integer(v) ? OPT_I32((int32_t)json_integer_value(v)) : (struct opt_i32){0};
}

static void read_kinds(struct making *m, const json_t *array)
{
    struct programme_kind *v = ARENA_ARRAY(m->a, json_array_size(array), struct programme_kind);
    const json_t *item;
    size_t i;

    m->p->kinds = v;
    json_array_foreach(array, i, item)
    {
        const json_t *limits = json_object_get(item, "limits");
        const char *at = arena_printf(m->a, "/kinds/%zu", i);

        v[i] = (struct programme_kind){
            .kind = json_member_text(item, "kind"),
            .min_days = limit(limits, "minDays"),
            .max_days = limit(limits, "maxDays"),
            .max_hours_per_week = limit(limits, "maxHoursPerWeek"),
            .requires = json_member_texts(m->a, item, "requires"),
        };
        if (programme_kind(m->p, v[i].kind))
            wrong(m, at, "kind.twice", "The programme has rules for this kind already.");
        if (v[i].min_days.set && v[i].max_days.set && v[i].max_days.v < v[i].min_days.v)
            wrong(m, at, "limits.order", "The longest stay is shorter than the shortest.");
        m->p->nkinds++;
    }
}

static void read_waves(struct making *m, const json_t *array)
{
    struct programme_wave *v = ARENA_ARRAY(m->a, json_array_size(array) + 1, struct programme_wave);
    const json_t *item;
    size_t i;

    m->p->waves = v;
    json_array_foreach(array, i, item)
    {
        v[i] = (struct programme_wave){
            .code = json_member_text(item, "code"),
            .at_end = str_eq(json_member_text(item, "anchor"), "end"),
            .offset_months = (int32_t)json_member_i64(item, "offsetMonths", 0),
            .offset_days = (int32_t)json_member_i64(item, "offsetDays", 0),
            .open_days = (int32_t)json_member_i64(item, "openDays", 0),
            .respondents = json_member_texts(m->a, item, "respondents"),
        };
        for (size_t k = 0; k < i; k++) {
            if (str_eq(v[k].code, v[i].code))
                wrong(m, arena_printf(m->a, "/surveyWaves/%zu", i), "wave.twice",
                      "The programme has this wave already.");
        }
        m->p->nwaves++;
    }
}

err_t programme_make(struct arena *a, const struct schema *schema, const json_t *document,
                     struct programme **ret)
{
    struct programme *p = ARENA_NEW(a, struct programme);
    struct making m = {.a = a, .p = p};

    TRY(schema_check(a, schema, document));
    *p = (struct programme){
        .code = json_member_text(document, "programme"),
        .version = (int32_t)json_member_i64(document, "version", 0),
        .prefix = json_member_text(document, "referencePrefix"),
        .allowances = json_member_text(document, "allowances"),
        .labels = json_object_get(document, "labels"),
        .document = document,
    };
    read_countries(&m, json_object_get(document, "countries"));
    read_kinds(&m, json_object_get(document, "kinds"));
    read_waves(&m, json_object_get(document, "surveyWaves"));
    TRY(fault_list_err(a, &m.faults, ERR_INVALID, "programme.invalid", "The programme is not valid."));
    *ret = p;
    return NULL;
}

const struct programme_country *programme_country(const struct programme *p, const char *country)
{
    for (size_t i = 0; i < p->ncountries; i++) {
        if (str_eq(p->countries[i].country, country))
            return &p->countries[i];
    }
    return NULL;
}

const struct programme_kind *programme_kind(const struct programme *p, const char *kind)
{
    for (size_t i = 0; i < p->nkinds; i++) {
        if (str_eq(p->kinds[i].kind, kind))
            return &p->kinds[i];
    }
    return NULL;
}

bool programme_period_holds(const struct programme_period *in, int32_t day)
{
    return day >= in->from && (!in->until.set || day <= in->until.v);
}

/* schema_internal.h - the compiled form of JSON Schema, between the files schema*.c and nobody else. */
#pragma once

#include "base/arena.h"
#include "base/schema.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    SCHEMA_FAULTS_MAX = 100,
    SCHEMA_RUN_DEPTH_MAX = 200,     /* nested evaluations: 100 kB of stack; a coroutine has 256 */
    SCHEMA_COMPILE_DEPTH_MAX = 400, /* nested subschemas, through references too */
    SCHEMA_COMPARE_DEPTH_MAX = 200, /* nesting of instances that uniqueItems compares */
};

enum schema_type {
    TYPE_NULL = 1,
    TYPE_BOOLEAN = 2,
    TYPE_INTEGER = 4, /* 1.0 is one */
    TYPE_NUMBER = 8,
    TYPE_STRING = 16,
    TYPE_ARRAY = 32,
    TYPE_OBJECT = 64,
};

/* A regular expression of ECMA-262, translated for PCRE2. */
struct pattern {
    pcre2_code *code;
    const char *source; /* as it stands in the schema */
};

/* What matching needs and may write to; one per set, since a process validates one instance at a time. */
struct matcher {
    pcre2_match_context *context;
    pcre2_match_data *data;
    pcre2_jit_stack *stack;
    struct pattern *idna; /* IDNA_COUNT of them once a format needs them, else NULL */
};

/* A format judges n bytes of valid UTF-8. */
typedef bool format_fn(const struct matcher *m, const char *s, size_t n);
struct format {
    const char *name;
    format_fn *fn;
    bool idna; /* needs matcher.idna */
};

struct string_part {
    size_t min, max; /* characters; SIZE_MAX when there is no limit */
    struct pattern *pattern;
    const struct format *format;
};

/* m * 10^e, without trailing zeros in m; exact for what a number looks like in JSON. */
struct decimal {
    uint64_t m;
    int e;
};

struct number_part {
    const json_t *minimum, *maximum, *exclusive_minimum, *exclusive_maximum; /* NULL when absent */
    bool has_multiple;
    struct decimal multiple_of;
};

/* A name that properties or required mention. */
struct property {
    const char *name;
    size_t len;
    struct node *schema; /* NULL: only required */
    bool required;
};

struct pattern_property {
    struct pattern *pattern;
    struct node *schema;
};

/* dependentRequired and dependentSchemas of one trigger. */
struct dependent {
    const char *trigger;
    const char *const *required;
    size_t nrequired;
    struct node *schema;
};

struct object_part {
    struct property *properties;
    size_t nproperties, nrequired;
    uint16_t *slots; /* hash table of 1 + index into properties; 0 is free */
    uint32_t mask;
    size_t longest; /* name in bytes */
    bool has_properties;
    struct pattern_property *patterns;
    size_t npatterns;
    struct dependent *dependents;
    size_t ndependents;
    struct node *additional, *names, *unevaluated;
    size_t min, max;
};

struct array_part {
    struct node **prefix;
    size_t nprefix;
    struct node *items, *contains, *unevaluated;
    size_t min_contains, max_contains;
    bool has_min_contains;
    size_t min, max;
    bool unique;
};

struct node_list {
    struct node **v;
    size_t n;
};

/* Keywords that apply further schemas to the same instance. */
struct combined_part {
    struct node *ref, *not_, *if_, *then_, *else_;
    struct node_list all_of, any_of, one_of;
};

enum node_always { NODE_DEPENDS, NODE_TRUE, NODE_FALSE };

struct node {
    const char *pointer; /* of the schema within its document */
    enum node_always always;
    const char *keyword; /* NODE_FALSE: the keyword that holds it, for the fault's code */
    unsigned types;      /* bits of enum schema_type; 0: any */
    const json_t *const_, *enum_;
    struct string_part *string;
    struct number_part *number;
    struct object_part *object;
    struct array_part *array;
    struct combined_part *combined;
    int mark; /* cycle search: 0 new, 1 on the way, 2 done */
};

/* A place that a reference can name: uri is absolute, anchors have "#name". */
struct schema_place {
    const char *uri;
    const json_t *json;
    const char *pointer;
    const char *base; /* URI that references below are relative to */
};

struct node_entry {
    const json_t *json;
    struct node *node;
};

struct schema_set {
    struct arena *arena; /* nodes, texts, patterns */
    struct arena *work;  /* what only compiling needs; NULL once the set is sealed */
    const json_t *document;
    unsigned flags;
    uint64_t seed; /* of uniqueItems' hashes */
    struct matcher matcher;

    struct schema_place *places;
    size_t nplaces, cap_places;
    struct node_entry *nodes; /* open hash table by json */
    size_t nnodes, cap_nodes;
    struct node **all; /* every node in the order of its making */
    size_t nall, cap_all, nchecked;
};

struct schema {
    struct schema_set *set;
    struct node *root;
    bool owns_set;
};

/* One compilation: where errors go, and where we are. */
struct compiling {
    struct schema_set *set;
    struct arena *errors;
    struct arena *scratch; /* until all is compiled */
    unsigned depth;
};

/* schema_keywords.c: what may stand in a schema. */
enum keyword_holds { HOLDS_VALUE, HOLDS_SCHEMA, HOLDS_SCHEMAS, HOLDS_SCHEMA_MAP };
struct keyword_site {
    const json_t *schema; /* the object that holds the keyword */
    const json_t *value;
    const char *keyword;
    const char *base;
};
typedef err_t keyword_fn(struct compiling *c, struct node *n, const struct keyword_site *at);
struct keyword {
    const char *name;
    keyword_fn *compile; /* NULL: an annotation, or read together with another keyword */
    enum keyword_holds holds;
};
const struct keyword *keyword_find(const char *name);
err_t keyword_bad(struct compiling *c, const struct node *n, const char *keyword, const char *must);

/* schema_compile.c */
err_t node_compile(struct compiling *c, const json_t *json, const char *pointer, const char *keyword,
                   const char *base, struct node **ret);
void *grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size);

/* schema_keywords_object.c */
keyword_fn keyword_properties, keyword_required, keyword_pattern_properties, keyword_additional_properties,
    keyword_property_names, keyword_dependent_required, keyword_dependent_schemas,
    keyword_unevaluated_properties, keyword_min_properties, keyword_max_properties;
void object_finish(struct arena *a, struct node *n);
err_t keyword_count(struct compiling *c, struct node *n, const struct keyword_site *at, size_t *ret);
err_t keyword_subschema(struct compiling *c, struct node *n, const struct keyword_site *at,
                        struct node **ret);
err_t keyword_member(struct compiling *c, struct node *n, const struct keyword_site *at, const char *name,
                     const json_t *value, struct node **ret);

/* schema_refs.c */
const char *uri_resolve(struct arena *a, const char *base, const char *ref);
err_t places_index(struct compiling *c, const json_t *json, const char *pointer, const char *base,
                   unsigned depth);
const char *place_base(const struct schema_set *set, const json_t *json, const char *base);
err_t reference_find(struct compiling *c, const char *base, const char *ref, struct schema_place *ret);
/* Follows a JSON pointer from a place; base changes at each $id on the way. False if there is nothing. */
bool place_walk(struct schema_set *set, const struct schema_place *from, const char *pointer,
                struct schema_place *ret);

/* schema_pattern.c */
bool matcher_init(struct matcher *m, struct arena *a);
/* NULL and a text if the pattern is not one of ECMA-262 that we can run. */
struct pattern *pattern_compile(struct arena *a, const char *source, size_t n, const char **ret_why);
struct pattern *pattern_compile_raw(struct arena *a, const char *pcre);
bool pattern_match(const struct matcher *m, const struct pattern *p, const char *s, size_t n);
/* True if n bytes are a regular expression of ECMA-262, be it one that PCRE2 cannot run. */
bool pattern_valid(const char *s, size_t n);

/* schema_pattern_ecma.c: writes the pattern as PCRE2 wants it; what is wrong with it, or NULL. */
struct buf;
const char *ecma_translate(struct buf *out, const char *s, size_t n);

/* schema_punycode.c */
enum { LABEL_MAX = 63, ALABEL_POINTS_MAX = 64 };
int puny_digit(char c); /* value of a letter or digit; -1 for others */
bool puny_decode(const char *s, size_t n, uint32_t *out, size_t *ret_n); /* out: ALABEL_POINTS_MAX + 1 */
size_t puny_encode(const uint32_t *in, size_t n, char *out);             /* out: LABEL_MAX + 8 */
size_t points_to_utf8(const uint32_t *in, size_t n, char *out);
size_t points_from_utf8(const char *s, size_t n, uint32_t *out, size_t max);

/* schema_format*.c */
const struct format *format_find(const char *name);
bool format_ipv4(const struct matcher *m, const char *s, size_t n);
bool format_ipv6(const struct matcher *m, const char *s, size_t n);
bool format_email(const struct matcher *m, const char *s, size_t n);
bool format_idn_email(const struct matcher *m, const char *s, size_t n);
bool format_hostname(const struct matcher *m, const char *s, size_t n);
bool format_idn_hostname(const struct matcher *m, const char *s, size_t n);
bool format_uri(const struct matcher *m, const char *s, size_t n);
bool format_uri_reference(const struct matcher *m, const char *s, size_t n);
bool format_iri(const struct matcher *m, const char *s, size_t n);
bool format_iri_reference(const struct matcher *m, const char *s, size_t n);
bool format_uri_template(const struct matcher *m, const char *s, size_t n);
bool idna_init(struct matcher *m, struct arena *a);

/* schema_value.c: numbers and equality as JSON Schema sees them. */
unsigned value_types(const json_t *v);
int value_compare(const json_t *a, const json_t *b); /* of two numbers */
struct decimal value_decimal(const json_t *v);
bool value_multiple_of(const json_t *v, struct decimal of);
bool value_same(const json_t *a, const json_t *b, unsigned depth);
uint64_t value_hash(const json_t *v, uint64_t seed, unsigned depth);
/* True if no two items are the same; the indexes of two that are, else. */
bool value_unique(struct arena *a, const json_t *array, uint64_t seed, size_t *ret_first, size_t *ret_second);

/* schema_run.c */
struct path {
    const struct path *up;
    const char *key; /* NULL: an index */
    size_t key_len, index;
};

/* Which members or items of the present instance have been evaluated; only kept where unevaluated* asks. */
struct marks {
    bool all;
    size_t n;
    uint64_t *bits, few[2];
};

struct run {
    const struct schema_set *set;
    struct arena *arena;
    struct schema_result *result; /* NULL: only yes or no */
    bool quiet;                   /* within anyOf, oneOf, not, if, contains: faults do not count */
    bool too_deep;
    unsigned depth;
};

bool run_node(struct run *r, const struct node *n, const json_t *v, const struct path *path,
              struct marks *marks);
bool run_object(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                struct marks *marks);
bool run_array(struct run *r, const struct node *n, const json_t *v, const struct path *path,
               struct marks *marks);
bool run_unevaluated(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                     struct marks *marks);
bool run_string(struct run *r, const struct node *n, const char *s, size_t len, const struct path *path);
bool run_quietly(struct run *r, const struct node *n, const json_t *v, const struct path *path,
                 struct marks *marks);
void marks_init(struct run *r, struct marks *m, const json_t *v);
void marks_set(struct marks *m, size_t i);
bool marks_has(const struct marks *m, size_t i);
void marks_join(struct marks *m, const struct marks *from);
const struct property *object_find(const struct object_part *o, const char *name, size_t len);
/* True while further faults are wanted. */
static inline bool run_goes_on(const struct run *r)
{
    return r->result && !r->quiet && !r->too_deep;
}

/* schema_fault.c: adds a fault unless quiet; returns false, so that `return fault(…)` reads well. */
bool fault(struct run *r, const struct node *n, const char *keyword, const struct path *path, const char *fmt,
           ...) PRINTF_LIKE(5, 6);

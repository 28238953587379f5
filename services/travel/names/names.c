/* names.c - see names.h. */
#include "travel/names/names.h"

#include <string.h>

#include "base/arena.h"
#include "base/str.h"
#include "travel/names/letters.h"

#define NAME_LETTERS_MAX 256 /* of one part; longer names never match, and none is that long */

/* One part of a name: its letters, and after how many of them a filler stands. */
struct part {
    struct letter letters[NAME_LETTERS_MAX];
    bool gap[NAME_LETTERS_MAX + 1]; /* a filler before the letter */
    size_t n;
    bool strange; /* holds what cannot be spelt */
};

static uint32_t next_character(const char **s)
{
    const unsigned char *p = (const unsigned char *)*s;
    int more = p[0] < 0x80 ? 0 : p[0] < 0xE0 ? 1 : p[0] < 0xF0 ? 2 : 3;
    uint32_t c = more == 0 ? p[0] : p[0] & (0x3Fu >> more);

    (*s)++;
    for (; more > 0 && (**s & 0xC0) == 0x80; more--)
        c = c << 6 | (uint32_t)(*(*s)++ & 0x3F);
    return c;
}

/* A combining mark makes another letter of the one before it; others are left off. */
static void part_mark(struct part *p, enum letter_kind kind)
{
    static const struct {
        enum letter_kind mark;
        char base;
        uint32_t character;
    } composed[] = {
        {UMLAUT, 'A', 0x00C4}, {UMLAUT, 'O', 0x00D6}, {UMLAUT, 'U', 0x00DC},
        {RING, 'A', 0x00C5},   {TILDE, 'N', 0x00D1},
    };

    if (p->n == 0)
        return;
    for (size_t i = 0; i < LENGTH(composed); i++) {
        const char *base = p->letters[p->n - 1].spelling[0];

        if (composed[i].mark == kind && base[0] == composed[i].base && base[1] == '\0') {
            letter_of(composed[i].character, &p->letters[p->n - 1]);
            return;
        }
    }
}

static void part_add(struct part *p, const struct letter *l, bool gap)
{
    if (p->n == NAME_LETTERS_MAX) {
        p->strange = true;
        return;
    }
    p->gap[p->n] = gap && p->n > 0;
    p->letters[p->n++] = *l;
}

static struct part *part_of(struct arena *a, const char *text)
{
    struct part *p = ARENA_NEW(a, struct part);
    bool gap = false;

    while (text && *text) {
        struct letter l;
        enum letter_kind kind = letter_of(next_character(&text), &l);

        switch (kind) {
        case LETTER:
            part_add(p, &l, gap);
            gap = false;
            break;
        case SEPARATOR:
            gap = true;
            break;
        case DOUBLER:
            if (p->n > 0)
                part_add(p, &p->letters[p->n - 1], false);
            break;
        case UMLAUT:
        case RING:
        case TILDE:
            part_mark(p, kind);
            break;
        case STRANGE:
            p->strange = true;
            part_add(p, &(struct letter){{"*"}}, gap);
            gap = false;
            break;
        case NOTHING:
            break;
        }
    }
    return p;
}

/* With the n-th spelling of each letter, or its last; fillers only where asked for. */
static const char *part_spell(struct arena *a, const struct part *p, int nth, bool fillers)
{
    struct buf out;

    buf_init(&out, a, 64);
    for (size_t i = 0; i < p->n; i++) {
        int k = nth;

        while (!p->letters[i].spelling[k])
            k--;
        if (fillers && p->gap[i])
            buf_putc(&out, '<');
        buf_puts(&out, p->letters[i].spelling[k]);
    }
    return buf_text(&out);
}

/* Whether the letters can be spelt as the text: all ways at once, a set of places that may be reached. */
static bool part_can_be(const struct part *p, const char *text)
{
    size_t n = strlen(text);
    bool reached[3 * NAME_LETTERS_MAX + 1] = {true};

    if (p->strange || n > 3 * NAME_LETTERS_MAX)
        return false;
    for (size_t i = 0; i < p->n; i++) {
        bool next[3 * NAME_LETTERS_MAX + 1] = {false};

        for (size_t at = 0; at < n; at++) {
            for (int k = 0; reached[at] && k < LETTER_SPELLINGS && p->letters[i].spelling[k]; k++) {
                size_t m = strlen(p->letters[i].spelling[k]);

                if (strncmp(text + at, p->letters[i].spelling[k], m) == 0)
                    next[at + m] = true;
            }
        }
        memcpy(reached, next, sizeof(reached));
    }
    return reached[n];
}

static bool part_same(struct arena *a, const struct part *one, const struct part *other)
{
    if (other->strange)
        return false;
    for (int k = 0; k < LETTER_SPELLINGS; k++) {
        if (part_can_be(one, part_spell(a, other, k, false)))
            return true;
    }
    return false;
}

/* ---- what may differ ---- */

static bool is_title(const char *word)
{
    static const char *const titles[] = {"MR",  "MRS",   "MS",  "MISS", "MSTR", "MASTER", "MSS",
                                         "CHD", "CHLD",  "INF", "INFT", "DR",   "PROF",   "SIR",
                                         "MDM", "MADAM", "MIR", "MEVR", "DHR",  "JR",     "SR"};

    for (size_t i = 0; i < LENGTH(titles); i++) {
        if (str_eq(titles[i], word))
            return true;
    }
    return false;
}

/* What stands in the field that a single name leaves empty. */
static bool is_placeholder(const char *word)
{
    return word[0] == '\0' || str_eq(word, "FNU") || str_eq(word, "LNU") || str_eq(word, "NFN") ||
           str_eq(word, "XXX") || is_title(word);
}

static const char *spelt(struct arena *a, const char *text, bool fillers)
{
    return part_spell(a, part_of(a, text), 0, fillers);
}

#define GIVEN_FORMS 4
/* The given names of a ticket as they stand, and without a title behind or before them: as a word, or written
 * to the last name without a space, as reservation systems do. */
static size_t given_forms(struct arena *a, const char *given, const char **ret)
{
    static const char *const glued[] = {"MSTR", "MISS", "MRS", "CHD", "INF", "MR", "MS"};
    const char *whole = spelt(a, given, true), *first = strchr(whole, '<'), *last = strrchr(whole, '<');
    size_t n = 0, length = strlen(whole);

    ret[n++] = whole;
    if (is_title(last ? last + 1 : whole))
        ret[n++] = last ? arena_strndup(a, whole, (size_t)(last - whole)) : "";
    if (first && is_title(arena_strndup(a, whole, (size_t)(first - whole))))
        ret[n++] = first + 1;
    for (size_t i = 0; i < LENGTH(glued) && n < GIVEN_FORMS; i++) {
        size_t m = strlen(glued[i]);

        if (length > m && str_eq(whole + length - m, glued[i])) {
            ret[n++] = arena_strndup(a, whole, length - m);
            break;
        }
    }
    return n;
}

static size_t letters_in(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += *s != '<';
    return n;
}

/* One of two is the beginning of the other, which was too long for its field. */
static bool begins_as(const char *cut, const char *full)
{
    return *cut != '\0' && strncmp(cut, full, strlen(cut)) == 0;
}

/* The document's name is longer than its field: what the ticket has may end where the field ends, or a little
 * before, since reservation systems leave no fillers; or the document was read from a full field. */
static bool same_when_cut(struct arena *a, const struct travel_name *document, const struct part *family,
                          const struct part *given, const char *ticket_family, const char *ticket_given)
{
    for (int k = 0; k < LETTER_SPELLINGS; k++) {
        const char *f = part_spell(a, family, k, false), *g = part_spell(a, given, k, false);
        const char *field =
            arena_printf(a, "%s<<%s", part_spell(a, family, k, true), part_spell(a, given, k, true));
        bool same_family = str_eq(f, ticket_family);
        size_t had = strlen(ticket_family) + strlen(ticket_given);

        if (document->cut && same_family && begins_as(g, ticket_given))
            return true;
        if (strlen(field) <= NAME_MRZ_LENGTH)
            continue;
        if (had + 2 < letters_in(arena_strndup(a, field, NAME_MRZ_LENGTH)))
            continue;
        if (strlen(f) > NAME_MRZ_LENGTH - 3)
            same_family = strlen(ticket_family) >= 30 && begins_as(ticket_family, f);
        if (same_family && begins_as(ticket_given, g))
            return true;
    }
    return false;
}

static bool same(struct arena *a, const struct travel_name *document, const struct travel_name *ticket)
{
    struct part *family = part_of(a, document->family), *given = part_of(a, document->given);
    struct part *ticket_family = part_of(a, ticket->family);
    const char *forms[GIVEN_FORMS], *f = part_spell(a, ticket_family, 0, false);
    size_t n = given_forms(a, ticket->given, forms);

    for (size_t i = 0; i < n; i++) {
        struct part *g = part_of(a, forms[i]);
        const char *g_text = part_spell(a, g, 0, false);

        if (family->n == 0 || given->n == 0) { /* a single name, in either field of the ticket */
            const struct part *only = family->n == 0 ? given : family;
            bool by_family = part_same(a, only, ticket_family), by_given = part_same(a, only, g);

            if (only->n > 0 &&
                ((by_family && (by_given || is_placeholder(g_text))) || (by_given && is_placeholder(f))))
                return true;
            continue;
        }
        if (part_same(a, family, ticket_family) &&
            (part_same(a, given, g) || (i == 0 && part_same(a, given, part_of(a, ticket->given)))))
            return true;
        if (!family->strange && !given->strange && !ticket_family->strange &&
            same_when_cut(a, document, family, given, f, g_text))
            return true;
    }
    return false;
}

enum name_verdict name_compare(struct arena *a, const struct travel_name *document,
                               const struct travel_name *ticket)
{
    struct travel_name turned = {.family = document->given, .given = document->family, .cut = document->cut};

    if (same(a, document, ticket))
        return NAME_SAME;
    return same(a, &turned, ticket) ? NAME_SWAPPED : NAME_OTHER;
}

bool name_whole_is(struct arena *a, const char *whole, const struct travel_name *name)
{
    struct part *p = part_of(a, whole);

    return part_same(a, p, part_of(a, arena_printf(a, "%s %s", name->given, name->family))) ||
           part_same(a, p, part_of(a, arena_printf(a, "%s %s", name->family, name->given)));
}

bool name_split(struct arena *a, const char *whole, struct travel_name *ret)
{
    static const char *const separators[] = {"<<", "/", ","};

    for (size_t i = 0; i < LENGTH(separators); i++) {
        const char *at = strstr(whole, separators[i]);

        if (!at)
            continue;
        *ret = (struct travel_name){
            .family = arena_strndup(a, whole, (size_t)(at - whole)),
            .given = at + strlen(separators[i]),
        };
        if (i == 0) {
            size_t end = strlen(whole);

            while (end > 0 && whole[end - 1] == '<')
                end--;
            ret->cut = end >= NAME_MRZ_LENGTH;
        }
        return true;
    }
    *ret = (struct travel_name){.family = arena_strdup(a, whole), .given = ""};
    return false;
}

const char *name_mrz(struct arena *a, const struct travel_name *name)
{
    const char *family = spelt(a, name->family, true), *given = spelt(a, name->given, true);
    const char *whole;

    if (*family == '\0' || *given == '\0')
        whole = *family ? family : given;
    else
        whole = arena_printf(a, "%s<<%s", family, given);
    return arena_strndup(a, whole, strnlen(whole, NAME_MRZ_LENGTH));
}

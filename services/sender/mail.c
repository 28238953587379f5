/* mail.c - see mail.h. */
#include "mail.h"

#include <string.h>

#include "base/arena.h"
#include "base/date.h"
#include "base/str.h"

#define WORD_BYTES 42 /* 42 bytes are 56 of base64; with =?UTF-8?B?…?= 68 of the 75 that RFC 2047 allows */
#define LINE_CHARS 75 /* quoted-printable, before the soft break */

static bool plain_ascii(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 32 || (unsigned char)*s > 126)
            return false;
    return true;
}

/* The bytes of whole characters that fit in at most max. */
static size_t whole_chars(const char *s, size_t max)
{
    size_t n = strlen(s);
    if (n <= max)
        return n;
    for (n = max; n > 0 && ((unsigned char)s[n] & 0xC0) == 0x80;)
        n--;
    return n;
}

static void put_subject(struct buf *out, const char *subject)
{
    buf_puts(out, "Subject: ");
    if (plain_ascii(subject)) {
        buf_puts(out, subject);
    } else {
        for (const char *p = subject; *p;) {
            size_t n = whole_chars(p, WORD_BYTES);
            buf_puts(out, p == subject ? "" : "\r\n ");
            buf_printf(out, "=?UTF-8?B?%s?=", str_base64(out->arena, p, n));
            p += n;
        }
    }
    buf_puts(out, "\r\n");
}

static void put_quoted_printable(struct buf *out, const char *body)
{
    size_t column = 0;
    for (const char *p = body; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '\n') {
            buf_puts(out, "\r\n");
            column = 0;
            continue;
        }
        bool last = p[1] == '\n' || p[1] == '\0';
        bool literal = (c >= 33 && c <= 126 && c != '=') || (c == ' ' && !last);
        /* A dot alone on a line is for the SMTP client to escape; here only the width matters. */
        size_t width = literal ? 1 : 3;
        if (column + width > LINE_CHARS) {
            buf_puts(out, "=\r\n");
            column = 0;
        }
        if (literal)
            buf_putc(out, (char)c);
        else
            buf_printf(out, "=%02X", c);
        column += width;
    }
    buf_puts(out, "\r\n");
}

static void put_date(struct buf *out, int64_t us)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    int32_t day = date_of_instant(us);
    struct date_civil c = date_civil(day);
    int second = (int)((us - day * DATE_US_PER_DAY) / DATE_US_PER_S);
    buf_printf(out, "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n", days[date_weekday(day) - 1], c.day,
               months[c.month - 1], c.year, second / 3600, second / 60 % 60, second % 60);
}

const char *mail_text(struct arena *a, const struct mail *m, size_t *ret_bytes)
{
    struct buf out;
    buf_init(&out, a, 2048 + 2 * strlen(m->body));
    put_date(&out, m->date_us);
    buf_printf(&out, "From: %s <%s>\r\nTo: <%s>\r\n", m->from_name, m->from, m->to);
    put_subject(&out, m->subject);
    buf_printf(&out, "Message-ID: <%s@%s>\r\n", m->message_id, m->domain);
    buf_printf(&out, "Auto-Submitted: auto-generated\r\nContent-Language: %s\r\n", m->language);
    buf_puts(&out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
    put_quoted_printable(&out, m->body);
    *ret_bytes = out.n;
    return buf_text(&out);
}

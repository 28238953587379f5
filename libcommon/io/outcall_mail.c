/*
 * outcall_mail.c - one mail by SMTP, and what is known of its fate.
 *
 * Which phase an answer belongs to is seen from the commands that curl says it sends. curl asks for the end
 * of the message before it sends the closing line: until it has, a server cannot have accepted anything; from
 * then on, silence is "unknown".
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/str.h"
#include "base/trace.h"
#include "io/outcall.h"
#include "io/outcall_internal.h"

ERR_DEFINE(err_envelope, ERR_INVALID, "mail.address", "An envelope address is not one address.");

struct mail {
    const struct outcall_call *call;
    const struct outcall_mail *m;
    size_t sent;     /* bytes of the message that curl has taken */
    bool ended;      /* curl was told the message's end: the closing line may be out */
    bool envelope;   /* MAIL FROM is out: answers speak of this mail, not of us */
    char answer[24]; /* "550 5.1.1": never the text, which may repeat the address */
};

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
    struct mail *mail = arg;
    size_t left = mail->m->message_bytes - mail->sent;

    n *= size;
    if (n > left)
        n = left;
    if (left == 0)
        mail->ended = true;
    memcpy(p, mail->m->message + mail->sent, n);
    mail->sent += n;
    return n;
}

/* The code and, where given, the enhanced code (RFC 3463) of the last line that came. */
static void take_answer(struct mail *mail, const char *p, size_t n)
{
    size_t i = 3;

    if (n < 4 || !isdigit((unsigned char)p[0]) || !isdigit((unsigned char)p[1]) ||
        !isdigit((unsigned char)p[2]))
        return;
    if (n > 8 && p[4] == p[0] && p[5] == '.')
        for (i = 4; i < n && i < sizeof(mail->answer) - 1 && (isdigit((unsigned char)p[i]) || p[i] == '.');
             i++)
            ;
    snprintf(mail->answer, sizeof(mail->answer), "%.*s", (int)i, p);
    mail->answer[3] = i > 3 ? ' ' : '\0';
}

static int on_debug(CURL *easy, curl_infotype type, char *p, size_t n, void *arg)
{
    struct mail *mail = arg;

    if (type == CURLINFO_HEADER_OUT && n >= 9 && strncasecmp(p, "MAIL FROM", 9) == 0)
        mail->envelope = true;
    /* curl would block until QUIT is answered, and the loop with it: it is said, and that is enough. */
    if (type == CURLINFO_HEADER_OUT && n >= 4 && strncasecmp(p, "QUIT", 4) == 0)
        outcall_hang_up(mail->call);
    if (type == CURLINFO_HEADER_IN)
        take_answer(mail, p, n);
    return 0;
}

/* <address> for the envelope; anything that could begin another command is refused. */
static err_t envelope(struct arena *a, const char *address, const char **ret)
{
    for (const char *p = address; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == '<' || *p == '>' || *p == 0x7f)
            return err_envelope;
    if (!address[0])
        return err_envelope;
    *ret = arena_printf(a, "<%s>", address);
    return NULL;
}

static void set_mail(struct outcall_call *call, struct mail *mail, const char *from, struct curl_slist *to)
{
    const struct outcall_mail *m = mail->m;
    CURL *easy = call->easy;

    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(m->require_tls ? CURLUSESSL_ALL : CURLUSESSL_NONE));
    if (m->user) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, m->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, m->password ? m->password : "");
    }
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE,
                     1L); /* a kept connection would say QUIT when no callback is there */
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    /* No size is said: curl would stop at it without asking for the end, unless a line began with a dot. */
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(easy, CURLOPT_READDATA, mail);
    curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, mail);
}

static enum mail_outcome outcome_of(const struct outcall_call *call, const struct mail *mail)
{
    if (call->result == CURLE_OK)
        return MAIL_ACCEPTED;
    /* The last answer before the end of the message was 354; another one is the verdict. */
    if (mail->ended && mail->answer[0] == '3')
        return MAIL_UNKNOWN;
    if (mail->ended && mail->answer[0] == '2')
        return MAIL_ACCEPTED;
    if (mail->envelope && mail->answer[0] == '5' && call->result != CURLE_LOGIN_DENIED)
        return MAIL_PERMANENT;
    return MAIL_TEMPORARY;
}

static err_t run(struct outcall_call *call, struct mail *mail, enum mail_outcome *ret)
{
    const char *from, *to;
    struct curl_slist *recipients;
    err_t e;

    *ret = MAIL_TEMPORARY;
    TRY(envelope(call->x->arena, mail->m->from, &from));
    TRY(envelope(call->x->arena, mail->m->to, &to));
    e = outcall_begin(call, mail->m->server, false);
    if (e)
        return e->kind == ERR_UNAVAILABLE ? NULL : e; /* no name, no time: nothing was sent */
    recipients = curl_slist_append(NULL, to);
    set_mail(call, mail, from, recipients);
    e = outcall_perform(call);
    if (e)
        call->result = CURLE_ABORTED_BY_CALLBACK;
    *ret = outcome_of(call, mail);
    curl_slist_free_all(recipients);
    return e;
}

err_t outcall_mail(struct ctx *x, struct outcall *c, const struct outcall_mail *m, enum mail_outcome *ret,
                   const char **ret_answer)
{
    struct outcall_call call = {.c = c, .x = x, .timeout_us = m->timeout_us};
    struct mail mail = {.call = &call, .m = m};
    int64_t begun_us = clock_mono_us();
    char own[TRACEPARENT_BYTES];
    err_t e = run(&call, &mail, ret);

    trace_child(x->traceparent, own);
    trace_span(&(struct trace_span){.traceparent = own,
                                    .parent = x->traceparent,
                                    .kind = TRACE_CLIENT,
                                    .name = "mail",
                                    .took_us = clock_mono_us() - begun_us,
                                    .error = e                       ? e->code
                                             : *ret != MAIL_ACCEPTED ? "mail.notAccepted"
                                                                     : NULL});

    outcall_end(&call);
    *ret_answer = arena_strdup(x->arena, mail.answer);
    return e;
}

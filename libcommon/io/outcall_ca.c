/* outcall_ca.c - the authorities that other hosts' certificates are held against. */
#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "io/outcall_internal.h"

static err_t ca_add(struct outcall *c, const char *path)
{
    char why[120];

    if (X509_STORE_load_file(c->ca, path) == 1)
        return NULL;
    ERR_error_string_n(ERR_get_error(), why, sizeof why);
    ERR_clear_error();
    return err_internal(c->arena, ERR_INVALID, "outcall.ca", "%s: %s", path, why);
}

/*
 * The system's and ours. They are read when the first call needs them: many a process makes none by TLS. And
 * once: handed both as text, curl reads a hundred and forty of them for each connection, which takes longer
 * than the connection.
 */
err_t outcall_ca_load(struct outcall *c)
{
    const char *systems = curl_version_info(CURLVERSION_NOW)->cainfo;
    err_t e = NULL;

    c->ca = X509_STORE_new();
    if (!c->ca)
        abort();
    /* As curl has them: an authority is trusted though another has signed it. */
    X509_STORE_set_flags(c->ca, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
    if (systems && access(systems, R_OK) == 0)
        e = ca_add(c, systems);
    if (!e)
        e = ca_add(c, c->ca_file);
    if (e)
        outcall_ca_close(c);
    return e;
}

void outcall_ca_close(struct outcall *c)
{
    X509_STORE_free(c->ca);
    c->ca = NULL;
}

static CURLcode hand_over(CURL *easy, void *context, void *store)
{
    (void)easy;
    SSL_CTX_set1_cert_store(context, store);
    return CURLE_OK;
}

void outcall_ca_trust(struct outcall_call *call, bool trust)
{
    curl_easy_setopt(call->easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(call->easy, CURLOPT_CAPATH, NULL);
    curl_easy_setopt(call->easy, CURLOPT_SSL_CTX_FUNCTION, trust ? hand_over : NULL);
    curl_easy_setopt(call->easy, CURLOPT_SSL_CTX_DATA, trust ? call->c->ca : NULL);
}

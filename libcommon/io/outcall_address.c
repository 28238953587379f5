/* outcall_address.c - which addresses are public, and the list of private ones that are allowed. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "io/outcall_internal.h"

/* RFC 6890 and the IANA special-purpose registry; multicast and class E. */
static const struct {
    uint32_t net;
    unsigned bits;
} special4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* carrier-grade NAT */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local, cloud metadata */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* IETF protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* 6to4 relay */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 3},  /* multicast, reserved, broadcast */
};

/* Within 2000::/3, outside of which nothing is public (loopback, ULA, link-local, NAT64, mapped, multicast).
 */
static const struct {
    uint8_t net[16];
    unsigned bits;
} special6[] = {
    {{0x20, 0x01}, 23},             /* IETF: Teredo, ORCHID, benchmarks */
    {{0x20, 0x01, 0x0d, 0xb8}, 32}, /* documentation */
    {{0x20, 0x02}, 16},             /* 6to4 */
    {{0x3f, 0xff}, 20},             /* documentation */
};

static bool in_net6(const uint8_t *a, const uint8_t *net, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    if (memcmp(a, net, whole) != 0)
        return false;
    return rest == 0 || ((a[whole] ^ net[whole]) >> (8 - rest)) == 0;
}

static bool public4(uint32_t a)
{
    for (size_t i = 0; i < LENGTH(special4); i++)
        if (((a ^ special4[i].net) >> (32 - special4[i].bits)) == 0)
            return false;
    return true;
}

static bool public6(const uint8_t *a)
{
    if ((a[0] & 0xe0) != 0x20)
        return false;
    for (size_t i = 0; i < LENGTH(special6); i++)
        if (in_net6(a, special6[i].net, special6[i].bits))
            return false;
    return true;
}

bool outcall_address_public(const struct sockaddr *address)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    if (address->sa_family == AF_INET) {
        memcpy(&in, address, sizeof(in));
        return public4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        memcpy(&in6, address, sizeof(in6));
        return public6(in6.sin6_addr.s6_addr);
    }
    return false;
}

bool outcall_allowed(const char *list, const char *host, unsigned port)
{
    char entry[300];
    size_t n = (size_t)snprintf(entry, sizeof(entry), "%s:%u", host, port);

    if (n >= sizeof(entry))
        return false;
    for (const char *p = list; *p;) {
        size_t len;

        p += strspn(p, ", ");
        len = strcspn(p, ", ");
        if (len == n && strncasecmp(p, entry, n) == 0)
            return true;
        p += len;
    }
    return false;
}

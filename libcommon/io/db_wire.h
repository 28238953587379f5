/*
 * db_wire.h - PostgreSQL's binary forms: type numbers and epochs, for db_put.c and db_get.c.
 *
 * Numbers are big-endian; instants count microseconds and dates days from 2000-01-01; jsonb has a version
 * byte in front; arrays have a header of dimensions. The extreme instants and dates are PostgreSQL's
 * infinities and stay what they are.
 */
#pragma once

enum {
    EPOCH_DAYS = 10957, /* 1970-01-01 to 2000-01-01 */
    JSONB_VERSION = 1,
    ARRAY_HEADER = 12, /* dimensions, flags, element type */
    ARRAY_DIMENSION = 8,
    FIRST_OWN_OID = 16384, /* enums, citext: their binary form is text */
};
#define EPOCH_US (INT64_C(86400000000) * EPOCH_DAYS)

enum type_number {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_NAME = 19,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_TEXT = 25,
    OID_JSON = 114,
    OID_FLOAT8 = 701,
    OID_TEXT_ARRAY = 1009,
    OID_VARCHAR_ARRAY = 1015,
    OID_BPCHAR = 1042,
    OID_VARCHAR = 1043,
    OID_DATE = 1082,
    OID_TIMESTAMPTZ = 1184,
    OID_UUID = 2950,
    OID_UUID_ARRAY = 2951,
    OID_JSONB = 3802,
    OID_XID8 = 5069,
};

-- An approved erasure restricts an expert, as it restricts a person in the cases database.
GRANT UPDATE (restricted_at, restriction_reason) ON experts TO {{worker}};

"""Events as a handler would have written them, in a service's own outbox."""


def tell(stack, source, kind, groups, data, subjects, each=1):
    """each events of as many subjects; data is SQL that makes their jsonb of `subject` and `n` (1 and on). Returns the subjects."""
    rows = stack.sql(source, f"""
        WITH s AS MATERIALIZED (SELECT gen_random_uuid() AS subject FROM generate_series(1, {subjects})),
        e AS (INSERT INTO wf.outbox (id, org, type, subject, data, trace, created_at)
              SELECT gen_random_uuid(), 'iom', '{kind}', subject, {data}, '', clock_timestamp() + n * interval '1 ms'
                FROM s, generate_series(1, {each}) AS n RETURNING id, subject, created_at),
        q AS (INSERT INTO wf.outbox_seq (grp, key, last) SELECT g, subject, {each} FROM s, unnest(ARRAY['{"','".join(groups)}']) AS g),
        d AS (INSERT INTO wf.delivery (event_id, grp, key, seq, on_dead)
              SELECT id, g, subject, row_number() OVER (PARTITION BY subject, g ORDER BY created_at), 'hold'
                FROM e, unnest(ARRAY['{"','".join(groups)}']) AS g)
        SELECT subject FROM s""")
    return [subject for (subject,) in rows]

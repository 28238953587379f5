-- Positions, seals and the feed of changes compare ids of transactions: a younger cluster has to come after what it takes in.
DO $$
BEGIN
    WHILE pg_current_xact_id()::text::int8 <= {{xid}} LOOP
        COMMIT;
    END LOOP;
END
$$;

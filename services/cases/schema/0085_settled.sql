-- A case that this transaction has opened has no deadlines of others, nor will it have before the transaction ends: those of its programme are
-- not counted against the bound (0040). Of several the last one opened counts.
CREATE FUNCTION cases_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('wf.made', NEW.id::text, true);
    RETURN NEW;
END
$$;
CREATE TRIGGER cases_made BEFORE INSERT ON cases FOR EACH ROW EXECUTE FUNCTION cases_made();

DROP TRIGGER bounded ON deadlines;
CREATE TRIGGER bounded AFTER INSERT ON deadlines FOR EACH ROW
    WHEN (NEW.case_id::text IS DISTINCT FROM current_setting('wf.made', true)) EXECUTE FUNCTION wf.bounded_deadlines();

SELECT sec.settle();

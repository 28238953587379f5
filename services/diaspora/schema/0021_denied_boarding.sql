-- Whom the carrier did not take did not travel; the journey to the phase can be asked for anew.
--
--   before departed: ──► cancelled | noShow | deniedBoarding

ALTER TABLE travel_requests DROP CONSTRAINT travel_requests_status_check;
ALTER TABLE travel_requests ADD CONSTRAINT travel_requests_status_check
    CHECK (status IN ('requested', 'planned', 'ticketed', 'cleared', 'departed', 'arrived', 'noShow', 'refusedEntry', 'deniedBoarding', 'cancelled'));

DROP INDEX travel_requests_phase;
CREATE UNIQUE INDEX travel_requests_phase ON travel_requests (org, phase_id)
    WHERE status NOT IN ('cancelled', 'noShow', 'refusedEntry', 'deniedBoarding');

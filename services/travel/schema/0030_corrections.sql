-- Corrections of passengers (libcommon/app/schema/0013) are seen with the passenger.
CREATE POLICY known ON wf.corrections AS RESTRICTIVE FOR SELECT TO {{service}} USING (EXISTS (SELECT 1 FROM passengers p WHERE p.id = object_id));

-- Statements of airports.

-- q_airport_get(code text) -> one airport_row(id_ uuid, code text, name text, municipality text?, country text, zone text?, kind text)
SELECT id AS id_, code, name, municipality, country, zone, kind FROM airports WHERE code = $code;

-- q_airport_list{country text?} -> list airport_item(id uuid, code text, name text, municipality text?, country text, zone text?, kind text)
SELECT id, code, name, municipality, country, zone, kind FROM airports WHERE true
--? country AND country = $country
--sort code code text
;

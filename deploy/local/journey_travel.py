"""journey_travel.py - the part of the journey from ready to travel to reintegration: a movement, its bookings, what goes wrong, what was seen."""
import datetime

from journey_kit import check
from journey_words import CASES, TRAVEL, Words, day, instant

DEPARTS_H = 30  # hours from now: inside the 72 before which nobody is cleared to board
FIT_H = 41      # hours that the first fitness check is old: good for the flight as planned, too old for the delayed one


class Travel(Words):
    # -- small words -------------------------------------------------------------------------------------------------
    def movement(self, movement_id, who="joost"):
        return self.ask(who, "GET", f"{TRAVEL}/movements/{movement_id}")

    def move_movement(self, movement_id, transition, expect=200, who="joost", **more):
        return self.ask(who, "POST", f"{TRAVEL}/movements/{movement_id}/transitions", {"transition": transition, **more}, expect,
                        match=self.movement(movement_id, who).headers["etag"])

    def booking_act(self, booking_id, action, body=None, expect=200):
        path = f"{TRAVEL}/bookings/{booking_id}"
        return self.act("joost", f"{path}/{action}", path, body, expect)

    def passengers(self, movement_id):
        return self.ask("joost", "GET", f"{TRAVEL}/movements/{movement_id}/passengers").json["items"]

    def segments(self, movement_id):
        return self.ask("joost", "GET", f"{TRAVEL}/movements/{movement_id}/segments").json["items"]

    def tasks(self, case_id, kind=None):
        found = self.ask("amina", "GET", f"{CASES}/tasks?caseId={case_id}&limit=200").json["items"]
        return [t for t in found if kind is None or t["kind"] == kind]

    def case_becomes(self, case_id, status, what):
        return self.until(what, lambda: self.case(case_id).json["status"] == status)

    # -- the movement ------------------------------------------------------------------------------------------------
    def request_travel(self, case_id, person_id, needs):
        """Asks for the journey; the travel service makes the movement of it."""
        request = self.ask("amina", "POST", f"{CASES}/cases/{case_id}/travel-requests",
                           {"origin": {"country": "NL", "place": "AMS"}, "destination": {"country": "SO", "place": "MGQ"},
                            "earliest": day(0), "latest": day(14), "persons": [{"personId": person_id, "needs": needs}]}, 201).json
        return self.until("journey asked for → movement made",
                          lambda: self.ask("amina", "GET", f"{CASES}/travel-requests/{request['id']}").json["movementId"])

    def plan_flights(self, movement_id):
        """Amsterdam to Istanbul, and overnight to Mogadishu."""
        at = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(hours=DEPARTS_H)
        stamp = lambda hours: (at + datetime.timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for carrier, number, start, end, departs, arrives in (("TK", "TK1952", "AMS", "IST", 0, 3.5), ("TK", "TK686", "IST", "MGQ", 6, 12.5)):
            self.ask("joost", "POST", f"{TRAVEL}/movements/{movement_id}/segments",
                     {"mode": "flight", "carrier": carrier, "number": number, "from": {"kind": "airport", "place": start},
                      "to": {"kind": "airport", "place": end}, "departsAt": stamp(departs), "arrivesAt": stamp(arrives)}, 201)
        return self.segments(movement_id)

    def hold(self, movement_id):
        passengers, segments = self.passengers(movement_id), self.segments(movement_id)
        booking = self.ask("joost", "POST", f"{TRAVEL}/bookings",
                           {"movementId": movement_id, "supplier": "manual", "passengerIds": [p["id"] for p in passengers],
                            "segmentIds": [s["id"] for s in segments]}, 201).json
        quoted = self.booking_act(booking["id"], "quote", {"total": {"amount": 68000, "currency": "EUR"}, "validUntil": instant(hours=8)}).json
        quote = next(q for q in quoted["quotes"] if q["status"] == "open")
        self.booking_act(booking["id"], "hold", {"quoteId": quote["id"], "reference": "X4K2PQ", "holdUntil": instant(hours=6)})
        return booking["id"], passengers, segments

    def tickets(self, passengers, segments, name, n):
        return {"tickets": [{"passengerId": p["id"], "number": f"235-{self.run[:6].upper()}{n}{i}", "name": name,
                             "segmentIds": [s["id"] for s in segments]} for i, p in enumerate(passengers)]}

    def approve(self, movement_id):
        self.ask("finn", "POST", f"{TRAVEL}/movements/{movement_id}/budget-approvals", {"amount": 100000, "currency": "EUR"}, 201)

    def book(self, case_id, person_id):
        self.part("A journey: asked for, planned, held, ticketed")
        movement_id = self.request_travel(case_id, person_id, ["medical"])
        self.did("Amina asks for the journey; she notes a medical need, as a code. The travel service makes a movement of it, with what is in the passport.")
        for s in self.plan_flights(movement_id):
            print(f"        {s['number']:7} {s['from']['place']} {s['departsLocal']}  →  {s['to']['place']} {s['arrivesLocal']}"
                  f"{' (+%d day)' % s['arrivesDayOffset'] if s['arrivesDayOffset'] else ''}")
        self.did("Joost plans the flights; each shows the local times of both ends.")
        self.move_movement(movement_id, "makeReady")
        booking_id, passengers, segments = self.hold(movement_id)
        self.approve(movement_id)
        self.did("The movement is ready; Joost has it quoted and held, Finn approves the money.")
        refused = self.booking_act(booking_id, "ticket", self.tickets(passengers, segments, "WARSAME/AISHA ABDI MRS", 1), 409)
        unmet = self.unmet(refused)
        check("travel.nameMatches" in unmet, f"unmet: {sorted(unmet)}")
        self.did(f"A ticket in another name is refused: {unmet['travel.nameMatches']['detail']}")
        self.booking_act(booking_id, "ticket", self.tickets(passengers, segments, "WARSAME/ASHA CABDI MRS", 2))
        self.case_becomes(case_id, "booked", "ticketed → case booked")
        self.did("In the name of the passport it is ticketed; the case follows to `booked` by event.")
        mail = self.until("ticketed → itinerary received",
                          lambda: [m for m in self.mails_to(f"asha-{self.run}@example.org", self.started) if "TK1952" in m.get_content()])[0]
        check("TK686" in mail.get_content(), "the itinerary lacks a flight")
        check(not any(w in str(mail["Subject"]).lower() for w in ("return", "terugkeer", "avrr", "iom", "somal")), f"subject: {mail['Subject']}")
        print("        " + "\n        ".join(line for line in mail.get_content().splitlines() if line))
        self.did("She gets the itinerary by mail, in Somali, with local times; subject and sender reveal nothing.")
        planned = self.until("reminders planned", lambda: [m for m in self.messages(case_id)
                                                           if m["template"] == "travel.reminder" and m["status"] == "scheduled"])
        self.did(f"Her reminder is planned for {planned[-1]['sendAt']}.")
        return movement_id, booking_id

    # -- those who wait ----------------------------------------------------------------------------------------------
    def notify(self, movement_id):
        self.part("Those who wait are told")
        abn = self.ask("joost", "POST", f"{TRAVEL}/movements/{movement_id}/abns",
                       {"toOrganisation": "coa", "fields": ["count", "needs"]}, 201).json
        self.hooks.wait(abn["id"], "travel.abn.sent")
        seen = self.ask("coa", "GET", f"{TRAVEL}/abns/{abn['id']}/snapshot").raw.decode()
        check("Warsame" not in seen and "medical" in seen, f"COA sees {seen}")
        self.ask("uaf", "GET", f"{TRAVEL}/abns/{abn['id']}", expect=(403, 404))
        self.acknowledge(movement_id, abn["id"])
        self.did("An advance booking notification goes to COA: flights, count and needs, no name; COA acknowledges, UAF cannot find it.")
        return abn["id"]

    def acknowledge(self, movement_id, abn_id):
        path = f"{TRAVEL}/abns/{abn_id}"
        self.act("coa", f"{path}/acknowledge", path)
        self.until("acknowledged → movement follows", lambda: self.movement(movement_id).json["status"] == "abnAcknowledged")

    def current_abn(self, movement_id, after):
        """The version that overtook another."""
        return self.until("delay → next notification sent", lambda: [
            a for a in self.ask("joost", "GET", f"{TRAVEL}/movements/{movement_id}/abns?limit=100").json["items"]
            if a["id"] != after and a["status"] == "sent"])[0]

    def fit(self, passenger_id, hours_ago):
        self.ask("joost", "POST", f"{TRAVEL}/clearances",
                 {"passengerId": passenger_id, "kind": "fitness", "outcome": "granted", "decidedAt": instant(hours=-hours_ago),
                  "note": "Seen by the doctor of the travel clinic."}, 201)

    def close_manifest(self, movement_id):
        """The first one is made; a closed one that something changed after is reopened, which makes the next version."""
        path = f"{TRAVEL}/movements/{movement_id}/manifests"
        closed = [m for m in self.ask("joost", "GET", path).json["items"] if m["status"] == "closed"]
        if closed:
            old = f"{TRAVEL}/manifests/{closed[0]['id']}"
            manifest = self.act("joost", f"{old}/reopen", old, expect=201).json
        else:
            manifest = self.ask("joost", "POST", path, expect=201).json
        self.act("joost", f"{TRAVEL}/manifests/{manifest['id']}/close", f"{TRAVEL}/manifests/{manifest['id']}")

    def clear(self, case_id, movement_id, passenger_id):
        self.part("Cleared to board")
        refused = self.move_movement(movement_id, "clearToBoard", 409)
        check({"medical.fitToTravel", "travel.manifestClosed"} <= set(self.unmet(refused)), f"unmet: {sorted(self.unmet(refused))}")
        self.did("Not yet: 409 with what lacks.")
        self.show_unmet(refused)
        self.fit(passenger_id, FIT_H)
        self.close_manifest(movement_id)
        self.move_movement(movement_id, "clearToBoard")
        self.case_becomes(case_id, "clearedToBoard", "movement cleared → case cleared")
        self.did("The doctor finds her fit, the manifest is closed: the movement is cleared to board, within 72 hours of departure; the case follows by its own guards.")

    def delay(self, case_id, movement_id, passenger_id, abn_id):
        self.part("A delay re-runs every guard")
        for s in reversed(self.segments(movement_id)):  # the connecting flight first, so that the chain holds
            later = lambda at: (datetime.datetime.fromisoformat(at.replace("Z", "+00:00")) + datetime.timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
            path = f"{TRAVEL}/segments/{s['id']}"
            self.act("joost", f"{path}/reschedule", path, {"departsAt": later(s["departsAt"]), "arrivesAt": later(s["arrivesAt"]),
                                                            "basis": "announced", "source": "carrier", "reason": "Technical fault of the aircraft."})
        check(self.movement(movement_id).json["status"] != "clearedToBoard", "the movement is still cleared")
        self.case_becomes(case_id, "booked", "delay → case reopened")
        self.hooks.wait(movement_id, "travel.movement.delayed")
        self.did("Nine hours: her fitness check is too old for the new departure. Movement and case are no longer cleared; COA is told at once.")
        self.until("delay → traveller told", lambda: [m for m in self.messages(case_id) if m["template"] == "travel.moved" and m["status"] == "sent"])
        self.until("delay → reminder moved", lambda: [m for m in self.messages(case_id)
                                                      if m["template"] == "travel.reminder" and m["status"] == "superseded"])
        self.did("She is told of the new times; her reminder moved with the departure.")
        self.acknowledge(movement_id, self.current_abn(movement_id, abn_id)["id"])
        self.fit(passenger_id, 0)
        self.close_manifest(movement_id)
        self.move_movement(movement_id, "clearToBoard")
        self.case_becomes(case_id, "clearedToBoard", "new check → case cleared again")
        self.did("COA acknowledges the new version, a new check, a new manifest: cleared to board again.")

    # -- what was seen -----------------------------------------------------------------------------------------------
    def observe(self, passenger_id, segment_id, outcome):
        path = f"{TRAVEL}/passengers/{passenger_id}"
        self.act("joost", f"{path}/outcomes", path, {"segmentId": segment_id, "outcome": outcome})

    def fly(self, case_id, movement_id, passenger_id):
        self.part("Departed, arrived, reintegration")
        segments = self.segments(movement_id)
        self.observe(passenger_id, segments[0]["id"], "boarded")
        self.move_movement(movement_id, "depart")
        self.case_becomes(case_id, "departed", "departed → case follows")
        view = self.until("departed → COA's view", lambda: [v for v in [self.ask("coa", "GET", f"{CASES}/cases/{case_id}").json] if v.get("departed")])[0]
        check("status" not in view or view["status"] != "departed", f"COA's view: {view}")
        self.did("She boards and departs; the case follows, and COA's view says so.")
        self.observe(passenger_id, segments[1]["id"], "boarded")
        self.move_movement(movement_id, "arrive")
        self.case_becomes(case_id, "arrived", "arrived → case follows")
        self.move_movement(movement_id, "handOver")
        self.move(case_id, "startReintegration")
        check(self.case(case_id).json["status"] == "reintegration", "no reintegration")
        self.did("She arrives and is handed over; reintegration begins, with monitoring visits at 3, 6 and 12 months.")

    def booked_case(self, n, person, language, ready):
        """Another traveller, as far as a ticket, without a word."""
        case_id, person_id = ready(n, person, language)
        movement_id = self.request_travel(case_id, person_id, [])
        self.plan_flights(movement_id)
        self.move_movement(movement_id, "makeReady")
        booking_id, passengers, segments = self.hold(movement_id)
        self.approve(movement_id)
        name = person["names"][0]
        self.booking_act(booking_id, "ticket", self.tickets(passengers, segments, f"{name['family']}/{name['given']}".upper(), n))
        self.case_becomes(case_id, "booked", "ticketed → case booked")
        return case_id, movement_id, passengers[0]["id"], segments

    def not_shown(self, person, ready):
        self.part("What happened is recorded as it was seen")
        case_id, _, passenger_id, segments = self.booked_case(3, person, "so", ready)
        self.observe(passenger_id, segments[0]["id"], "noShow")
        self.case_becomes(case_id, "noShow", "no show → case follows")
        tasks = self.until("no show → task", lambda: [t for t in self.tasks(case_id) if t["status"] == "open"])
        self.did(f"Another traveller does not show: recorded without any guard; the case says so, with a task: {tasks[-1]['title']}")

    def refused(self, person, ready):
        case_id, movement_id, passenger_id, segments = self.booked_case(4, person, "so", ready)
        self.observe(passenger_id, segments[0]["id"], "boarded")
        self.move_movement(movement_id, "depart")
        self.case_becomes(case_id, "departed", "departed without clearance → case follows")
        self.observe(passenger_id, segments[1]["id"], "refusedEntry")
        self.case_becomes(case_id, "refusedEntry", "entry refused → case follows")
        tasks = self.until("entry refused → tasks", lambda: [t for t in self.tasks(case_id) if t["status"] == "open"])
        incidents = self.ask("joost", "GET", f"{TRAVEL}/incidents?movementId={movement_id}&limit=100").json["items"]
        check(incidents, "no incident was recorded")
        self.did("A third departs though nobody had cleared it, and is refused entry: the record stands, with "
                 f"{len(incidents)} incident(s) ({', '.join(i['kind'] for i in incidents)}) and {len(tasks)} task(s).")

    def walk_travel(self, case_id, person_id, people, ready):
        movement_id, _ = self.book(case_id, person_id)
        abn_id = self.notify(movement_id)
        passenger_id = self.passengers(movement_id)[0]["id"]
        self.clear(case_id, movement_id, passenger_id)
        self.delay(case_id, movement_id, passenger_id, abn_id)
        self.fly(case_id, movement_id, passenger_id)
        self.not_shown(people[0], ready)
        self.refused(people[1], ready)

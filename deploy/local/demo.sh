# demo.sh - demo organisations, clients and staff of the local stack; sourced by up. Loading it again changes nothing.
# DEMO_HOST: where PostgreSQL is, if not on the stack's socket.

# jq_text FILE MEMBER - a text member of a small JSON file
jq_text() { "$PYTHON" -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$1" "$2"; }

identity_ctl() {
    "$CTL" "$@" --db "host=${DEMO_HOST:-$RUN/pg} user=wf_identity_owner dbname=wayfare_identity" \
        --db-password-file "$STATE/secrets/wf_identity_owner" >>"$STATE/log/demo.log" 2>&1 ||
        { tail -5 "$STATE/log/demo.log" >&2; die "wayfare-ctl $1 $2 failed"; }
}

"$CTL" keys signing ensure --dir "$STATE/keys/identity/signing" --issuers "$STATE/issuers" >/dev/null
"$CTL" keys demo --dir "$STATE/keys/identity" --issuers "$STATE/issuers" >/dev/null
identity_ctl organisations add iom --name "International Organization for Migration, the Netherlands" --kind iom --if-missing
identity_ctl organisations add coa --name "Centraal Orgaan opvang asielzoekers" --kind partner --if-missing
identity_ctl organisations add uaf --name "UAF, foundation for refugee students" --kind partner --if-missing
identity_ctl offices add nl --organisation iom --name "The Hague" --country NL --if-missing
identity_ctl offices add so --organisation iom --name "Mogadishu" --country SO --if-missing
for organisation in iom coa uaf; do
    role=partnerClient
    view=
    [ "$organisation" != iom ] || role=iomClient view="--programme avrr --office nl"
    [ -s "$STATE/clients/$organisation.json" ] ||
        identity_ctl clients add --organisation "$organisation" --name "$organisation demo client" --role $role $view --out "$STATE/clients/$organisation.json"
done
identity_ctl users add amina --organisation iom --name "Amina de Vries" --role caseworker --office nl --programme avrr --if-missing
identity_ctl users add bram --organisation iom --name "Bram Jansen" --role supervisor --office nl --programme avrr --if-missing
identity_ctl users add dewi --organisation iom --name "Dewi Bakker" --role protectionOfficer --office nl --programme avrr --if-missing
identity_ctl users add joost --organisation iom --name "Joost Visser" --role travelOfficer --office nl --programme avrr --programme cd4d2 --programme ed4d --if-missing
identity_ctl users add lena --organisation iom --name "Lena Smit" --role legalOfficer --office nl --programme avrr --if-missing
identity_ctl users add omar --organisation iom --name "Omar Haddad" --role legalOfficer --office nl --programme avrr --if-missing
identity_ctl users add noor --organisation iom --name "Noor Yilmaz" --role caseworker --office nl --if-missing # works in no programme
identity_ctl users add roos --organisation iom --name "Roos Visscher" --role administrator --office nl --if-missing
identity_ctl users add lotte --organisation iom --name "Lotte Meijer" --role caseworker --office nl --programme labour_market --if-missing
identity_ctl users add pim --organisation iom --name "Pim Dekker" --role projectOfficer --office nl --programme cd4d2 --programme ed4d --if-missing
identity_ctl users add mira --organisation iom --name "Mira Osei" --role projectManager --office nl --programme cd4d2 --programme ed4d --if-missing
identity_ctl users add finn --organisation iom --name "Finn Mulder" --role financeApprover --office nl --programme avrr --programme cd4d2 --programme ed4d --if-missing
identity_ctl users add hodan --organisation iom --name "Hodan Ismail" --role caseworker --office so --programme avrr --if-missing # the office of return
identity_ctl users add jan --organisation iom --name "Jan de Wit" --role juror --office nl --programme ed4d --if-missing
identity_ctl users add efua --organisation iom --name "Efua Asante" --role embassyJuror --office nl --programme ed4d --if-missing

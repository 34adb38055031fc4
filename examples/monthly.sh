#!/bin/sh
# A month's cases, for cron: score, report beside the month before, tell what a person must see.
#
#   15 6 1 * *  cd /srv/claudico && examples/monthly.sh /data/2024-05.csv /data/scored
#
# CASES 2024-05.csv is scored into the folder FOLDER/2024-05; FOLDER/last is the month before. What
# must be seen goes to the command ALERT, on its standard input: `cat` unless it is set, so that cron
# mails it. MAPPING is a mapping for both steps, MODEL another bundle, PYTHON another Python.
#
# Exit codes: 0 done, 4 done with rejected rows, 2 the file or an option cannot be used, 1 failed.
set -u
cases=$1 folder=$2
name=$(basename "$cases"); name=${name%.*}
here=$folder/$name log=$folder/$name/log
python=${PYTHON:-.venv/bin/python}

alert() { { echo "$cases: $1"; shift; [ $# = 0 ] || grep -E "$1" "$log"; } | ${ALERT:-cat}; }

serve() { "$python" -m serve "$@" ${MODEL:+--model "$MODEL"} ${MAPPING:+--columns "$MAPPING"} 2>>"$log"; }

mkdir -p "$here" && : >"$log" || exit 1

serve score "$cases" --out "$here/scored.csv" --summary "$here/counts.json" --no-show
scored=$?
case $scored in
0) ;;
4) alert "some rows were rejected, the others are scored" '^rejected ' ;;
2) alert "nothing was scored: the file or an option cannot be used" '^error: '; exit 2 ;;
*) alert "scoring failed ($scored)" '^error: '; exit 1 ;;
esac

before=$(readlink "$folder/last") || before=$name
set -- "$here/scored.csv" --out "$here/report.html" --json "$here/facts.json"
[ "$before" = "$name" ] || set -- "$@" --reference "$folder/$before/scored.csv"
serve report "$@" || { alert "it is scored, but there is no report" '^error: '; exit 1; }

if grep -q '^changed: ' "$log"; then
	alert "it is not like $before: see $here/report.html" '^changed: '
fi
ln -sfn "$name" "$folder/last"
exit $scored

#!/bin/bash
# Make an Elasticsearch user from the secrets, in Elasticsearch's image; it can be repeated: users.sh wirewatch|kibana
set -euo pipefail

secret() {
    local value
    value=$(< "/run/secrets/$1")
    [[ $value =~ ^[A-Za-z0-9_-]{16,}$ ]] || {
        echo "secrets/$1: expected 16 or more letters, digits, - and _; delete it and make a new one: make secrets" >&2
        exit 2
    }
    printf '%s' "$value"
}

# Send standard input to a page. Passwords are passed as files, never as arguments, which other processes can see.
call() {
    curl --silent --show-error --fail-with-body --retry 5 --retry-connrefused \
        --config <(printf 'user = "elastic:%s"\n' "$administrator") \
        --header 'Content-Type: application/json' --request "$1" --data-binary @- "http://elasticsearch:9200/_security/$2"
    echo
}

administrator=$(secret elastic_password)
case ${1:-} in
wirewatch)
    password=$(secret wirewatch_password)
    call PUT role/wirewatch <<'JSON'
{
  "cluster": ["monitor", "manage_index_templates"],
  "indices": [
    {
      "names": ["articles", "articles-*", "article-ids"],
      "privileges": ["create_index", "read", "write", "view_index_metadata", "manage"]
    }
  ]
}
JSON
    call PUT user/wirewatch <<< "{\"password\": \"$password\", \"roles\": [\"wirewatch\"], \"full_name\": \"wirewatch\"}"
    ;;
kibana)
    password=$(secret kibana_password)
    call PUT user/kibana_system/_password <<< "{\"password\": \"$password\"}"
    ;;
*)
    echo "usage: users.sh wirewatch|kibana" >&2
    exit 2
    ;;
esac

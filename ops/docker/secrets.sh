#!/bin/sh
# Make the secrets that docker-compose.yml names, in FOLDER; existing ones are kept: secrets.sh FOLDER
#
# Other users can't read the folder. They could read its files, because containers run as other users and get single files.
set -eu
folder=$1
mkdir -p "$folder"
chmod 700 "$folder"
for name in elastic_password wirewatch_password kibana_password kibana_encryption_key; do
    [ -s "$folder/$name" ] && continue
    od -An -N32 -tx1 /dev/urandom | tr -d ' \n' > "$folder/$name.new"
    chmod 444 "$folder/$name.new"
    mv -f "$folder/$name.new" "$folder/$name"
    echo "made $folder/$name" >&2
done

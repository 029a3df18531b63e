#!/bin/bash
# Start Kibana, in its own image, with its secrets in its keystore, so that they are not in its environment or arguments.
set -euo pipefail
cd /usr/share/kibana
[ -f config/kibana.keystore ] || bin/kibana-keystore create
keep() {
    bin/kibana-keystore add "$1" --stdin --force < "/run/secrets/$2"
}
keep elasticsearch.password kibana_password
keep xpack.security.encryptionKey kibana_encryption_key
keep xpack.encryptedSavedObjects.encryptionKey kibana_encryption_key
exec /usr/local/bin/kibana-docker

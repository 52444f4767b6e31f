#!/bin/sh
# Makes the namespace and registers Everturn's search attributes in it. Safe to repeat. The address and the namespace
# come from TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, which the temporal command reads itself.
set -eu

# How long the history of an ended turn can be looked at in the Web UI. The chats themselves are in Postgres for good.
retention=168h

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
fi

# A new namespace takes some seconds to be known to every part of the server: until then registering fails.
attempts=30
until temporal operator search-attribute create \
  --name EverturnOwner --type Keyword \
  --name EverturnModel --type Keyword \
  --name EverturnTurn --type Keyword \
  --name EverturnWorkspace --type Keyword \
  --name EverturnParent --type Keyword \
  --name EverturnTitle --type Keyword \
  --name EverturnOutcome --type Keyword; do
  attempts=$((attempts - 1))
  if [ "$attempts" -eq 0 ]; then
    echo "search attributes could not be registered" >&2
    exit 1
  fi
  sleep 1
done

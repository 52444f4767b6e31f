#!/bin/sh
# Creates the namespace and registers Everturn's search attributes in it. Safe to repeat. The temporal command reads
# TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE itself.
set -eu

# How long the Web UI shows the history of a turn that has ended. The chats themselves stay in Postgres.
retention=168h

if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$retention"
fi

# It takes some seconds until every part of the server knows a new namespace. Until then registering fails.
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

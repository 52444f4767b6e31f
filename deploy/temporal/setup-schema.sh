#!/bin/sh
# Creates Temporal's two databases and brings their schemas to this image's version. Safe to repeat: existing databases are
# kept, and a newer version of the image migrates them. temporal-sql-tool reads SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD
# and SQL_PLUGIN itself.
set -eu

for schema in temporal visibility; do
  database=temporal
  if [ "$schema" = visibility ]; then database=temporal_visibility; fi
  temporal-sql-tool --db "$database" create-database --defaultdb postgres
  temporal-sql-tool --db "$database" setup-schema --version 0.0
  temporal-sql-tool --db "$database" update-schema --schema-name "postgresql/v12/$schema"
done

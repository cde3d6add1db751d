from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# An entry is written once. It goes only with its store, after the store has left (the grace period
# of an uninstall, or the merchant's own wish).
SQLITE = """
    CREATE TRIGGER activity_entry_stays_as_it_is BEFORE UPDATE ON activity_entry
    BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;
    CREATE TRIGGER activity_entry_stays BEFORE DELETE ON activity_entry
    WHEN EXISTS (SELECT 1 FROM stores_store WHERE id = OLD.store_id AND uninstalled_at IS NULL)
    BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END;
"""
POSTGRESQL = """
    CREATE FUNCTION activity_is_append_only() RETURNS trigger AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND NOT EXISTS (
            SELECT 1 FROM stores_store WHERE id = OLD.store_id AND uninstalled_at IS NULL
        ) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'activity is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$ LANGUAGE plpgsql;
    CREATE TRIGGER activity_entry_stays_as_it_is BEFORE UPDATE OR DELETE ON activity_entry
    FOR EACH ROW EXECUTE FUNCTION activity_is_append_only();
"""


def keep(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    with schema_editor.connection.cursor() as cursor:
        if vendor == "postgresql":
            cursor.execute(POSTGRESQL)
        elif vendor == "sqlite":
            for statement in SQLITE.split("END;"):
                if statement.strip():
                    cursor.execute(f"{statement} END;")


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]

"""Ask a database for the definitions of everything in it, each as (name, text)."""

from __future__ import annotations

import hashlib

from include.databases.postgresql.session import Connection, rows

# What initdb made has lower numbers.
FIRST_NORMAL_OID = 16384
# Schema of this program's own notes in a database that follows another.
FOLLOWING = "cce_migration_following"
# Begins the names of publications and slots of this program.
FOLLOWER = "cce_migration_"
# A fence stands around a source while it is compared and copied, and is none of its definitions.
NO_FENCE = "not (s.setrole = 0 and c ~ '^default_transaction_read_only=')"
USER_SCHEMAS = f"n.nspname !~ '^pg_' and n.nspname not in ('information_schema', '{FOLLOWING}')"


def own(catalog: str, alias: str) -> str:
    """Return the condition that leaves out what extensions bring."""
    return (
        f"not exists (select 1 from pg_depend e where e.classid = '{catalog}'::regclass "
        f"and e.objid = {alias}.oid and e.deptype = 'e')"
    )


def rights(column: str, kind: str, owner: str) -> str:
    """Return the rights as text; an owner's right to maintain, which servers before 17 do not know, is left out."""
    return (
        "(select coalesce(string_agg(concat_ws(' ', a.grantor::regrole, a.grantee::regrole, a.privilege_type, a.is_grantable), "
        "',' order by a.grantor::regrole::text, a.grantee::regrole::text, a.privilege_type), '') "
        f"from aclexplode(coalesce({column}, acldefault('{kind}', {owner}))) a "
        f"where not (a.privilege_type = 'MAINTAIN' and a.grantee = {owner}))"
    )


def _options(column: str) -> str:
    """Return options as text: a dump writes them in an order of its own."""
    return f"(select string_agg(o, ',' order by o) from unnest({column}) o)"


COLUMNS = """(select string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        a.attnotnull::text, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid),
        nullif(a.attcollation::regcollation::text, '-'), a.attacl::text, col_description(c.oid, a.attnum)), ', ' order by a.attnum)
    from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)"""

QUERIES = {
    "schema": f"""select quote_ident(n.nspname),
        concat_ws(' ', pg_get_userbyid(n.nspowner), {rights("n.nspacl", "n", "n.nspowner")})
        from pg_namespace n where {USER_SCHEMAS} and {own("pg_namespace", "n")}""",
    "extension": "select quote_ident(extname), '' from pg_extension",
    "relation": f"""select c.oid::regclass::text, concat_ws(E'\\n', c.relkind, c.relpersistence, pg_get_userbyid(c.relowner),
        {rights("c.relacl", "r", "c.relowner")}, array_to_string(c.reloptions, ','), {COLUMNS},
        case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end, pg_get_partkeydef(c.oid),
        pg_get_expr(c.relpartbound, c.oid), c.relrowsecurity::text, c.relforcerowsecurity::text, c.relreplident,
        (select string_agg(i.inhparent::regclass::text, ',' order by i.inhseqno) from pg_inherits i where i.inhrelid = c.oid),
        obj_description(c.oid, 'pg_class'),
        (select concat_ws(' ', w.srvname, {_options("f.ftoptions")}) from pg_foreign_table f
         join pg_foreign_server w on w.oid = f.ftserver where f.ftrelid = c.oid),
        (select concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmax, s.seqmin, s.seqcache, s.seqcycle)
         from pg_sequence s where s.seqrelid = c.oid))
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'c') and {USER_SCHEMAS} and {own("pg_class", "c")}""",
    "index": f"""select c.oid::regclass::text, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisclustered::text,
        i.indisreplident::text) from pg_index i join pg_class c on c.oid = i.indexrelid
        join pg_namespace n on n.oid = c.relnamespace
        where {USER_SCHEMAS} and c.oid not in (select objid from pg_depend where deptype = 'e')""",
    "constraint": f"""select concat_ws(' ', k.conrelid::regclass::text, k.contypid::regtype::text, quote_ident(k.conname)),
        concat_ws(' ', pg_get_constraintdef(k.oid), k.convalidated::text)
        from pg_constraint k join pg_namespace n on n.oid = k.connamespace
        where {USER_SCHEMAS} and {own("pg_constraint", "k")}""",
    "trigger": f"""select concat_ws(' ', t.tgrelid::regclass::text, quote_ident(t.tgname)),
        concat_ws(' ', pg_get_triggerdef(t.oid), t.tgenabled)
        from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
        where not t.tgisinternal and {USER_SCHEMAS}""",
    "rule": f"""select concat_ws(' ', r.ev_class::regclass::text, quote_ident(r.rulename)),
        concat_ws(' ', pg_get_ruledef(r.oid), r.ev_enabled)
        from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
        where r.rulename <> '_RETURN' and {USER_SCHEMAS}""",
    "routine": f"""select p.oid::regprocedure::text, concat_ws(' ', pg_get_userbyid(p.proowner),
        {rights("p.proacl", "f", "p.proowner")}, case when p.prokind = 'a' then
        (select concat_ws(' ', g.aggtransfn, g.aggfinalfn, g.aggtranstype::regtype, g.agginitval)
         from pg_aggregate g where g.aggfnoid = p.oid) else pg_get_functiondef(p.oid) end)
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where {USER_SCHEMAS} and {own("pg_proc", "p")}""",
    "type": f"""select t.oid::regtype::text, concat_ws(' ', t.typtype, pg_get_userbyid(t.typowner),
        nullif(t.typbasetype, 0)::regtype, t.typnotnull::text, t.typdefault,
        (select string_agg(quote_literal(e.enumlabel), ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
        from pg_type t join pg_namespace n on n.oid = t.typnamespace
        where t.typtype in ('d', 'e', 'r') and {USER_SCHEMAS} and {own("pg_type", "t")}""",
    "policy": """select concat_ws(' ', quote_ident(schemaname), quote_ident(tablename), quote_ident(policyname)),
        concat_ws(' ', permissive, roles::text, cmd, qual, with_check) from pg_policies""",
    "statistics": f"""select quote_ident(s.stxname), pg_get_statisticsobjdef(s.oid)
        from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where {USER_SCHEMAS}""",
    "event trigger": f"""select quote_ident(v.evtname), concat_ws(' ', v.evtevent, v.evtfoid::regproc, v.evtenabled)
        from pg_event_trigger v where {own("pg_event_trigger", "v")}""",
    "publication": f"""select quote_ident(p.pubname), concat_ws(' ', p.puballtables::text, p.pubinsert::text,
        (select string_agg(format('%I.%I', t.schemaname, t.tablename), ',' order by 1) from pg_publication_tables t
         where t.pubname = p.pubname)) from pg_publication p where not starts_with(p.pubname, '{FOLLOWER}')""",
    "foreign server": f"""select quote_ident(v.srvname), concat_ws(' ', w.fdwname, v.srvtype, v.srvversion,
        pg_get_userbyid(v.srvowner), {_options("v.srvoptions")}, {rights("v.srvacl", "S", "v.srvowner")})
        from pg_foreign_server v join pg_foreign_data_wrapper w on w.oid = v.srvfdw
        where {own("pg_foreign_server", "v")}""",
    # Their options hold passwords.
    "user mapping": "select concat_ws(' ', quote_ident(srvname), quote_ident(usename)), '' from pg_user_mappings",
    "operator": f"""select o.oid::regoperator::text, concat_ws(' ', o.oprcode, o.oprrest, o.oprjoin, pg_get_userbyid(o.oprowner))
        from pg_operator o join pg_namespace n on n.oid = o.oprnamespace
        where {USER_SCHEMAS} and {own("pg_operator", "o")}""",
    "cast": f"""select concat_ws(' ', k.castsource::regtype, k.casttarget::regtype), concat_ws(' ',
        nullif(k.castfunc, 0)::regprocedure, k.castcontext, k.castmethod) from pg_cast k
        where k.oid >= {FIRST_NORMAL_OID} and {own("pg_cast", "k")}""",
    "collation": f"""select concat_ws('.', quote_ident(n.nspname), quote_ident(l.collname)), concat_ws(' ', l.collprovider,
        l.collcollate, l.collctype, pg_get_userbyid(l.collowner)) from pg_collation l
        join pg_namespace n on n.oid = l.collnamespace where {USER_SCHEMAS} and {own("pg_collation", "l")}""",
    "text search": f"""select concat_ws('.', quote_ident(n.nspname), quote_ident(f.cfgname)), (select string_agg(
        concat_ws(' ', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), ',' order by m.maptokentype, m.mapseqno)
        from pg_ts_config_map m where m.mapcfg = f.oid) from pg_ts_config f
        join pg_namespace n on n.oid = f.cfgnamespace where {USER_SCHEMAS} and {own("pg_ts_config", "f")}""",
    "default privilege": """select concat_ws(' ', pg_get_userbyid(defaclrole), nullif(defaclnamespace, 0)::regnamespace, defaclobjtype),
        (select string_agg(a::text, ',' order by a::text) from unnest(defaclacl) a) from pg_default_acl""",
    "setting": f"""select concat_ws(' ', 'of', nullif(s.setrole, 0)::regrole::text), string_agg(c, ',' order by c)
        from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase, unnest(s.setconfig) c
        where d.datname = current_database() and {NO_FENCE} group by s.setrole""",
    "database": f"""select 'itself', concat_ws(' ', pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate,
        d.datctype, {rights("d.datacl", "d", "d.datdba")}) from pg_database d where d.datname = current_database()""",
}


def definitions(connection: Connection) -> dict[str, str]:
    """Return `kind name` -> hash of the definition."""
    found: dict[str, str] = {}
    for kind, query in QUERIES.items():
        for name, text in rows(connection, query):
            found[f"{kind} {name}"] = hashlib.md5((text or "").encode(), usedforsecurity=False).hexdigest()
    return found

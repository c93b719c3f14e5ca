import type { Image } from '../../../os/image.ts';
import { rare } from '../../../os/rare.ts';
import { mongod, mongoEntrypoint } from '../programs/mongo/server.ts';
import { mongosh } from '../programs/mongo/shell.ts';
import { mysqlAdmin, mysqlClient } from '../programs/mysql/client.ts';
import { mariadbd, mariadbEntrypoint, mysqld, mysqlEntrypoint } from '../programs/mysql/server.ts';
import { pgIsReady, psql } from '../programs/postgres/psql.ts';
import { postgres, postgresEntrypoint } from '../programs/postgres/server.ts';
import { MB, PATH, versionList } from './tags.ts';

/** Databases that a client can store in and read from; their data is files in the image's data directory. */
export const DATABASES: readonly Image[] = [
  {
    repository: 'docker.io/library/postgres',
    hasTag: versionList(
      [
        [13, 0, 22],
        [14, 0, 19],
        [15, 0, 14],
        [16, 0, 10],
        [17, 0, 6],
        [18, 0, 0],
      ],
      ['latest', 'alpine', 'bookworm', 'trixie'],
      ['alpine', 'bookworm', 'trixie', 'bullseye'],
    ),
    size: 155 * MB,
    flavour: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['postgres'],
    env: { PATH: `${PATH}:/usr/lib/postgresql/17/bin`, PG_VERSION: '17.6', PGDATA: '/var/lib/postgresql/data' },
    stopSignal: 'INT',
    exposedPorts: [5432],
    programs: {
      'docker-entrypoint.sh': rare(postgresEntrypoint),
      postgres: rare(postgres),
      psql: rare(psql),
      pg_isready: rare(pgIsReady),
    },
  },
  {
    repository: 'docker.io/library/mysql',
    hasTag: versionList(
      [
        [5, 6, 7],
        [8, 0, 4],
        [9, 0, 4],
      ],
      ['latest', 'lts', 'innovation', 'oracle'],
      ['oracle', 'debian'],
    ),
    size: 260 * MB,
    flavour: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['mysqld'],
    env: { PATH, MYSQL_MAJOR: '8.4', MYSQL_VERSION: '8.4.6-1.el9' },
    exposedPorts: [3306, 33060],
    programs: {
      'docker-entrypoint.sh': rare(mysqlEntrypoint),
      mysqld: rare(mysqld),
      mysql: rare(mysqlClient),
      mysqladmin: rare(mysqlAdmin),
    },
  },
  {
    repository: 'docker.io/library/mariadb',
    hasTag: versionList(
      [
        [10, 5, 11],
        [11, 0, 8],
        [12, 0, 0],
      ],
      ['latest', 'lts', 'noble'],
      ['noble', 'jammy', 'ubi9'],
    ),
    size: 105 * MB,
    flavour: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['mariadbd'],
    env: { PATH, MARIADB_VERSION: '1:11.8.2+maria~ubu2404' },
    exposedPorts: [3306],
    programs: {
      'docker-entrypoint.sh': rare(mariadbEntrypoint),
      mariadbd: rare(mariadbd),
      mysqld: rare(mariadbd),
      mariadb: rare(mysqlClient),
      mysql: rare(mysqlClient),
      'mariadb-admin': rare(mysqlAdmin),
    },
  },
  {
    repository: 'docker.io/library/mongo',
    hasTag: versionList(
      [
        [4, 0, 4],
        [5, 0, 0],
        [6, 0, 0],
        [7, 0, 0],
        [8, 0, 2],
      ],
      ['latest', 'noble', 'jammy'],
      ['noble', 'jammy', 'focal'],
    ),
    size: 280 * MB,
    flavour: 'debian',
    entrypoint: ['docker-entrypoint.sh'],
    cmd: ['mongod'],
    env: { PATH, MONGO_VERSION: '8.0.13' },
    exposedPorts: [27017],
    programs: { 'docker-entrypoint.sh': rare(mongoEntrypoint), mongod: rare(mongod), mongosh: rare(mongosh), mongo: rare(mongosh) },
  },
];

import { describe, expect, it } from 'vitest';
import { testWorld } from './test-image.ts';

const PG = { POSTGRES_PASSWORD: 'secret' };

describe('postgres', () => {
  it('wants a password for an empty data directory', () => {
    const container = testWorld().start('postgres:17');
    expect(container.code()).toBe(1);
    expect(container.log()).toMatch(
      /^Error: Database is uninitialized and superuser password is not specified\.\n {7}You must specify POSTGRES_PASSWORD/,
    );
  });

  it('stores and gives back, and its data directory keeps it', () => {
    const world = testWorld();
    const first = world.start('postgres:17', { env: PG });
    expect(first.log()).toContain('database system is ready to accept connections');
    const psql = (sql: string, more: string[] = []) => first.exec(['psql', '-U', 'postgres', ...more, '-c', sql]);
    expect(
      psql('CREATE TABLE fruit (id serial PRIMARY KEY, name varchar(20) NOT NULL, price numeric DEFAULT 1.5, fresh boolean)').out,
    ).toBe('CREATE TABLE\n');
    expect(psql("INSERT INTO fruit (name, price, fresh) VALUES ('apple', 2, true), ('pear', 3.25, false), ('fig', NULL, NULL)").out).toBe(
      'INSERT 0 3\n',
    );
    expect(psql("INSERT INTO fruit (name) VALUES ('kiwi') RETURNING id, price").out).toBe(
      ' id | price \n----+-------\n  4 |   1.5\n(1 row)\n\nINSERT 0 1\n',
    );
    expect(psql("SELECT * FROM fruit WHERE price >= 2 OR name LIKE 'f%' ORDER BY name DESC LIMIT 2").out).toBe(
      ' id | name | price | fresh \n----+------+-------+-------\n  2 | pear |  3.25 | f\n  3 | fig  |       |\n(2 rows)\n\n',
    );
    expect(psql('UPDATE fruit SET price = price * 2 WHERE id IN (1, 2)').out).toBe('UPDATE 2\n');
    expect(psql('SELECT count(*) AS n, sum(price), max(name) FROM fruit', ['-tA']).out).toBe('4|12|pear\n');
    expect(psql("DELETE FROM fruit WHERE name = 'fig' AND fresh IS NULL").out).toBe('DELETE 1\n');
    expect(psql('\\dt').out).toContain(' public | fruit | table | postgres\n');
    first.stop('INT');
    world.sim.runFor(1000);
    expect(first.code()).toBe(0);
    const second = world.start('postgres:17', { files: first.files });
    expect(second.log()).toContain('Skipping initialization');
    expect(second.exec(['psql', '-U', 'postgres', '-tA'], 'SELECT name FROM fruit ORDER BY id;\n').out).toBe('apple\npear\nkiwi\n');
  });

  it('refuses in its own words', () => {
    const world = testWorld();
    const server = world.start('postgres:17', { env: { ...PG, POSTGRES_USER: 'app', POSTGRES_DB: 'shop' } });
    const psql = (sql: string, more: string[] = []) => server.exec(['psql', '-U', 'app', '-d', 'shop', ...more, '-c', sql]);
    expect(psql('SELECT * FROM nope')).toEqual({
      out: '',
      err: 'ERROR:  relation "nope" does not exist\nLINE 1: SELECT * FROM nope\n                      ^\n',
      code: 1,
    });
    expect(psql('SELEC 1').err).toBe('ERROR:  syntax error at or near "SELEC"\nLINE 1: SELEC 1\n        ^\n');
    psql('CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL)');
    expect(psql("INSERT INTO t VALUES (1, 'a'), (1, 'b')").err).toBe(
      'ERROR:  duplicate key value violates unique constraint "t_pkey"\nDETAIL:  Key (id)=(1) already exists.\n',
    );
    expect(psql('INSERT INTO t (id) VALUES (2)').err).toContain(
      'null value in column "name" of relation "t" violates not-null constraint\nDETAIL:  Failing row contains (2, null).',
    );
    expect(psql("INSERT INTO t VALUES ('x', 'y')").err).toBe('ERROR:  invalid input syntax for type integer: "x"\n');
    expect(psql('SELECT count(*) FROM t', ['-tA']).out).toBe('0\n');
    const client = world.start('postgres:17', { args: ['sleep', '1000'] });
    const remote = (password: string) => client.exec(['psql', `postgres://app:${password}@${server.ip}/shop`, '-tAc', 'SELECT 1']);
    expect(remote('secret').out).toBe('1\n');
    expect(remote('wrong')).toMatchObject({
      err: `psql: error: connection to server at "${server.ip}", port 5432 failed: FATAL:  password authentication failed for user "app"\n`,
      code: 2,
    });
    expect(client.exec(['pg_isready', '-h', server.ip])).toMatchObject({ out: `${server.ip}:5432 - accepting connections\n`, code: 0 });
    expect(client.exec(['pg_isready']).code).toBe(2);
    expect(client.exec(['psql', '-U', 'postgres', '-c', 'SELECT 1']).err).toContain(
      'connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: No such file or directory',
    );
  });
});

describe.each([
  ['mysql:8.4', 'MYSQL', 'mysql'],
  ['mariadb:11', 'MARIADB', 'mariadb'],
])('%s', (image, prefix, cli) => {
  it('wants to be told of root', () => {
    const container = testWorld().start(image);
    expect(container.code()).toBe(1);
    expect(container.log()).toContain('[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n');
    expect(container.log()).toContain(`${prefix}_ROOT_PASSWORD`);
  });

  it('stores and gives back, and its data directory keeps it', () => {
    const world = testWorld();
    const env = { [`${prefix}_ROOT_PASSWORD`]: 'pw', [`${prefix}_DATABASE`]: 'shop' };
    const first = world.start(image, { env });
    expect(first.log()).toContain('ready for connections');
    const sql = (text: string, ...more: string[]) => first.exec([cli, '-uroot', '-ppw', ...more, '-e', text]);
    sql(
      'CREATE TABLE fruit (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20)); INSERT INTO fruit (name) VALUES ("apple"), (\'pear\')',
      'shop',
    );
    expect(sql('SELECT * FROM fruit ORDER BY id DESC', 'shop').out).toBe('id\tname\n2\tpear\n1\tapple\n');
    expect(sql('SELECT * FROM fruit LIMIT 1', 'shop', '-t').out).toBe(
      '+----+-------+\n| id | name  |\n+----+-------+\n|  1 | apple |\n+----+-------+\n1 row in set (0.00 sec)\n\n',
    );
    expect(sql('SHOW DATABASES', '-N').out).toContain('shop\n');
    expect(sql('SELECT * FROM nope', 'shop')).toMatchObject({
      err: "ERROR 1146 (42S02) at line 1: Table 'shop.nope' doesn't exist\n",
      code: 1,
    });
    expect(sql('SELECT 1', 'nope').err).toBe("ERROR 1049 (42000): Unknown database 'nope'\n");
    expect(sql('INSERT INTO fruit VALUES (1, NULL)', 'shop').err).toContain(
      "ERROR 1062 (23000) at line 1: Duplicate entry '1' for key 'fruit.PRIMARY'",
    );
    expect(first.exec([cli, '-uroot', '-pno', '-e', 'SELECT 1']).err).toBe(
      "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)\n",
    );
    first.stop();
    world.sim.runFor(1000);
    const second = world.start(image, { files: first.files, env });
    expect(second.exec([cli, '-uroot', '-ppw', '-N', '-e', 'SELECT count(*) FROM fruit', 'shop']).out).toBe('2\n');
  });
});

describe('mongo', () => {
  it('stores and finds documents, and its data directory keeps them', () => {
    const world = testWorld();
    const first = world.start('mongo:8.0');
    const evaluate = (script: string) => first.exec(['mongosh', '--quiet', 'shop', '--eval', script]);
    expect(evaluate("db.fruit.insertOne({ _id: 1, name: 'apple', price: 2, tags: ['red'] })").out).toBe(
      '{ acknowledged: true, insertedId: 1 }\n',
    );
    expect(evaluate('db.fruit.insertMany([{ _id: 2, name: \'pear\', price: 5 }, { name: "fig", price: 9 }])').out).toMatch(
      /^\{\n? *acknowledged: true,\s+insertedIds: \{ '0': 2, '1': ObjectId\('[0-9a-f]{24}'\) \}\s+\}\n$/,
    );
    expect(evaluate('db.fruit.find({ price: { $lt: 6 } }, { name: 1 }).sort({ price: -1 })').out).toBe(
      "[ { _id: 2, name: 'pear' }, { _id: 1, name: 'apple' } ]\n",
    );
    expect(evaluate("db.fruit.updateOne({ tags: 'red' }, { $set: { price: 3 }, $inc: { sold: 1 } })").out).toContain(
      'matchedCount: 1,\n  modifiedCount: 1,',
    );
    expect(evaluate('db.fruit.findOne({ _id: 1 }).price').code).toBe(1);
    expect(evaluate('db.fruit.findOne({ _id: 1 }, { _id: 0, price: 1, sold: 1 })').out).toBe('{ price: 3, sold: 1 }\n');
    expect(evaluate('db.fruit.deleteMany({ price: { $gte: 5 } }); db.fruit.countDocuments()').out).toBe(
      '{ acknowledged: true, deletedCount: 2 }\n1\n',
    );
    expect(evaluate('show collections').out).toBe('fruit\n');
    expect(evaluate('db.fruit.insertOne({ _id: 1 })').err).toContain(
      'E11000 duplicate key error collection: shop.fruit index: _id_ dup key: { _id: 1 }',
    );
    expect(evaluate('db.runCommand({ ping: 1 })').out).toBe('{ ok: 1 }\n');
    expect(evaluate('nonsense').err).toBe('ReferenceError: nonsense is not defined\n');
    first.stop();
    world.sim.runFor(1000);
    const second = world.start('mongo:8.0', { files: first.files });
    expect(second.exec(['mongosh', 'mongodb://127.0.0.1:27017/shop', '--eval', 'db.fruit.find().count()']).out).toBe('1\n');
  });

  it('asks who it is where there is a root', () => {
    const server = testWorld().start('mongo:8.0', { env: { MONGO_INITDB_ROOT_USERNAME: 'root', MONGO_INITDB_ROOT_PASSWORD: 'pw' } });
    expect(server.exec(['mongosh', '--eval', 'db.a.find()']).err).toBe('MongoServerError: Command find requires authentication\n');
    expect(server.exec(['mongosh', '-u', 'root', '-p', 'no', '--eval', 'db.a.find()']).err).toBe(
      'MongoServerError: Authentication failed.\n',
    );
    expect(server.exec(['mongosh', '-u', 'root', '-p', 'pw', '--eval', 'db.a.find()']).out).toBe('[]\n');
  });
});

import type { Place, Scene, SceneObject } from '../../scenes/scene.ts';
import { strings } from './strings.ts';

/** The scene in words: the same places, objects and motions as the picture has. */
export default function SceneTable({ scene, onPick }: { scene: Scene; onPick: (object: SceneObject) => void }) {
  return (
    <div class="scene-table" tabIndex={0} role="region" aria-label={strings.label}>
      <h4>{strings.hops}</h4>
      {scene.motions.length === 0 ? (
        <p>{strings.noHops}</p>
      ) : (
        <ol>
          {scene.motions.map((motion) => (
            <li key={motion.seq} class={motion.failed === true ? 'bad' : ''}>
              {motion.label}
            </li>
          ))}
        </ol>
      )}
      <table>
        <thead>
          <tr>
            <th scope="col">{strings.place}</th>
            <th scope="col">{strings.state}</th>
            <th scope="col">{strings.note}</th>
          </tr>
        </thead>
        <tbody>
          {scene.places.map((place) => (
            <tr key={place.id}>
              <th scope="row">{place.label}</th>
              <td>{strings[place.state]}</td>
              <td>{place.stages === undefined ? place.note : stations(place)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table>
        <thead>
          <tr>
            <th scope="col">{strings.object}</th>
            <th scope="col">{strings.where}</th>
            <th scope="col">{strings.state}</th>
          </tr>
        </thead>
        <tbody>
          {scene.objects.map((object) => (
            <tr key={object.key}>
              <th scope="row">
                <button type="button" class="link" onClick={() => onPick(object)}>
                  {object.ref.kind} {object.ref.name}
                </button>
              </th>
              <td>{where(object.place)}</td>
              <td>{object.status}</td>
            </tr>
          ))}
          {Object.entries(scene.more).map(([kind, count]) => (
            <tr key={kind}>
              <th scope="row">{strings.more(count, kind)}</th>
              <td>{strings.shelf}</td>
              <td />
            </tr>
          ))}
          {scene.stacks.map((stack) => (
            <tr key={stack.key}>
              <th scope="row">
                {stack.count} Pods
                {strings.ofOwner(stack)}
              </th>
              <td>{where(stack.place)}</td>
              <td>{stack.tones.ok} ready</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function where(place: string): string {
  if (place === 'shelf') return strings.shelf;
  if (place === 'focus') return strings.focus;
  return place === 'pending' ? strings.pending : place.replace(/^(?:node|zone):/, '');
}

function stations({ stages = [] }: Place): string {
  const passed = stages.filter((stage) => stage.state === 'passed').map((stage) => stage.name);
  const refused = stages.find((stage) => stage.state === 'refused')?.name;
  return passed.length === 0 && refused === undefined ? '' : strings.stages(passed, refused);
}

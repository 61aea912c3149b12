import django.db.models.deletion
import mandat.apps.custody.sealing
import mandat.apps.petitions.models.petitions
import mandat.apps.petitions.models.referendums
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('organisations', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Petition',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('process_version', models.PositiveIntegerField()),
                        ('basis', models.CharField(choices=[('house', "the Region's own right"), ('law', 'CGCT L1112-16')], max_length=5)),
                        ('request', models.CharField(blank=True, choices=[('consultation', 'organise a consultation of the electors'), ('deliberation', 'have the assembly pronounce itself')], max_length=12)),
                        ('reference', models.CharField(default=mandat.apps.petitions.models.petitions.reference, editable=False, max_length=10, unique=True)),
                        ('invitation', models.CharField(default=mandat.apps.petitions.models.petitions.token, editable=False, max_length=30, unique=True)),
                        ('salt', mandat.apps.custody.sealing.SealedTextField(bind='reference', default=mandat.apps.petitions.models.petitions.salt, editable=False)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='petitions', to=settings.AUTH_USER_MODEL)),
                        ('author_name', models.CharField(blank=True, max_length=80, verbose_name='name shown')),
                        ('organisation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='petitions', to='organisations.organisation', verbose_name='organisation')),
                        ('commune', models.CharField(blank=True, max_length=5)),
                        ('title', models.CharField(max_length=120, verbose_name='title')),
                        ('request_text', models.TextField(max_length=500, verbose_name='what is asked')),
                        ('text', models.TextField(blank=True, max_length=20000, verbose_name='why')),
                        ('state', models.CharField(choices=[('draft', 'being written'), ('sponsors', 'looking for sponsors'), ('examination', 'being examined'), ('changes', 'to be changed by its author'), ('refused', 'refused'), ('open', 'open for signatures'), ('ended', 'signing over, answer awaited'), ('closed', 'closed'), ('expired', 'time over without a threshold'), ('withdrawn', 'withdrawn by its author')], default='draft', max_length=12)),
                        ('created_at', models.DateTimeField()),
                        ('saved_at', models.DateTimeField()),
                        ('revision', models.PositiveIntegerField(default=0)),
                        ('submitted_at', models.DateTimeField(null=True)),
                        ('examine_by', models.DateField(null=True)),
                        ('opened_at', models.DateTimeField(null=True)),
                        ('closes_at', models.DateTimeField(null=True)),
                        ('ended_at', models.DateTimeField(null=True)),
                        ('answered_at', models.DateTimeField(null=True)),
                        ('assigned_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('total', models.PositiveIntegerField(default=0)),
                        ('left', models.PositiveIntegerField(help_text='signatures to the next threshold', null=True)),
                        ('counted_at', models.DateTimeField(null=True)),
                        ('hidden', models.BooleanField(default=False)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'petition',
                        'indexes': [models.Index(models.F('programme'), models.F('state'), models.OrderBy(models.F('opened_at'), descending=True), name='petitions_latest'), models.Index(models.F('programme'), models.F('state'), models.OrderBy(models.F('total'), descending=True), name='petitions_most_signed'), models.Index(models.F('programme'), models.F('state'), models.F('left'), name='petitions_near_a_threshold'), models.Index(models.F('programme'), models.OrderBy(models.F('answered_at'), descending=True), name='petitions_answered'), models.Index(models.F('state'), models.F('examine_by'), name='petitions_to_examine'), models.Index(models.F('state'), models.F('closes_at'), name='petitions_to_end'), models.Index(models.F('author'), models.F('state'), name='petitions_of_an_author')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['open', 'ended']), _negated=True), models.Q(('closes_at__isnull', False), ('opened_at__isnull', False)), _connector='OR'), name='petitions_open_has_its_time'), models.CheckConstraint(condition=models.Q(('basis', 'law'), ('request', ''), _connector='XOR'), name='petitions_request_of_the_law')],
                    },
                ),
                migrations.CreateModel(
                    name='Version',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='petitions.petition')),
                        ('number', models.PositiveIntegerField()),
                        ('title', models.CharField(max_length=120)),
                        ('request_text', models.TextField(max_length=500)),
                        ('text', models.TextField(blank=True, max_length=20000)),
                        ('at', models.DateTimeField()),
                        ('sha256', models.CharField(max_length=64)),
                    ],
                    options={
                        'verbose_name': 'version of a petition',
                        'ordering': ('number',),
                        'constraints': [models.UniqueConstraint(models.F('petition'), models.F('number'), name='petitions_one_version_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Sponsor',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sponsors', to='petitions.petition')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                    ],
                    options={
                        'verbose_name': 'sponsor',
                        'constraints': [models.UniqueConstraint(models.F('petition'), models.F('user'), name='petitions_one_backing_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Examination',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='examinations', to='petitions.petition')),
                        ('outcome', models.CharField(choices=[('published', 'published'), ('changes', 'to be changed'), ('refused', 'refused')], max_length=9, verbose_name='decision')),
                        ('reason', models.SlugField(blank=True, max_length=60)),
                        ('explanation', models.TextField(blank=True, max_length=2000, verbose_name='explanation')),
                        ('version', models.PositiveIntegerField()),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('late', models.BooleanField(default=False)),
                        ('appeal_until', models.DateField(null=True)),
                    ],
                    options={
                        'verbose_name': 'examination of a petition',
                        'ordering': ('pk',),
                    },
                ),
                migrations.CreateModel(
                    name='Appeal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('examination', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='appeal', to='petitions.examination')),
                        ('grounds', models.TextField(max_length=2000, verbose_name='grounds')),
                        ('lodged_at', models.DateTimeField()),
                        ('outcome', models.CharField(blank=True, choices=[('published', 'the petition is published'), ('upheld', 'the refusal stands')], max_length=9)),
                        ('explanation', models.TextField(blank=True, max_length=2000, verbose_name='explanation')),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('decided_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'appeal about a petition',
                    },
                ),
                migrations.CreateModel(
                    name='Seal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                        ('scope', models.CharField(max_length=40, unique=True)),
                        ('salt', mandat.apps.custody.sealing.SealedTextField(bind='token', default=mandat.apps.petitions.models.petitions.salt, editable=False)),
                    ],
                    options={
                        'verbose_name': 'salt of an authority',
                    },
                ),
                migrations.CreateModel(
                    name='Crossing',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='crossings', to='petitions.petition')),
                        ('threshold', models.SlugField(max_length=60)),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('needed', models.PositiveIntegerField()),
                        ('consequence', models.CharField(max_length=20)),
                        ('body', models.SlugField(max_length=60)),
                        ('status', models.CharField(choices=[('active', 'crossed'), ('suspended', 'suspended: signatures were invalidated'), ('answered', 'answered')], default='active', max_length=9)),
                        ('round', models.PositiveSmallIntegerField(default=1, help_text='how many times it was crossed')),
                        ('crossed_at', models.DateTimeField()),
                        ('due_on', models.DateField()),
                        ('suspended_at', models.DateTimeField(null=True)),
                        ('answered_on', models.DateField(null=True)),
                        ('outcome', models.CharField(blank=True, max_length=9)),
                        ('result', models.CharField(blank=True, help_text='what the consequence made: a reference', max_length=200)),
                    ],
                    options={
                        'verbose_name': 'threshold crossed',
                        'ordering': ('rank',),
                        'indexes': [models.Index(models.F('status'), models.F('due_on'), name='petitions_crossings_due')],
                        'constraints': [models.UniqueConstraint(models.F('petition'), models.F('threshold'), name='petitions_one_crossing_a_threshold')],
                    },
                ),
                migrations.CreateModel(
                    name='Invalidation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='invalidations', to='petitions.petition')),
                        ('number', models.PositiveIntegerField()),
                        ('pattern', models.JSONField()),
                        ('reason', models.CharField(choices=[('automated', 'sent by a machine'), ('sheet', 'sheet filled by one hand, or not verifiable'), ('identity', 'identities that do not exist or were borrowed'), ('bought', 'signatures obtained for money or under pressure')], max_length=9, verbose_name='reason')),
                        ('explanation', models.TextField(max_length=2000, verbose_name='what was found')),
                        ('found', models.PositiveIntegerField()),
                        ('count', models.PositiveIntegerField(default=0)),
                        ('state', models.CharField(choices=[('proposed', 'to be confirmed by a second agent'), ('confirmed', 'confirmed'), ('dismissed', 'dismissed'), ('restored', 'restored')], default='proposed', max_length=9)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('reviewer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('reviewed_at', models.DateTimeField(null=True)),
                        ('remark', models.TextField(blank=True, max_length=2000)),
                    ],
                    options={
                        'verbose_name': 'invalidation of signatures',
                        'constraints': [models.UniqueConstraint(models.F('petition'), models.F('number'), name='petitions_one_invalidation_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Referendum',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('process_version', models.PositiveIntegerField()),
                        ('reference', models.CharField(default=mandat.apps.petitions.models.referendums.reference, editable=False, max_length=10, unique=True)),
                        ('petition', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='referendum', to='petitions.petition')),
                        ('state', models.CharField(choices=[('checking', 'its question is examined'), ('reworded', 'another wording is proposed to its author'), ('inadmissible', 'its question cannot be put'), ('suspended', 'suspended'), ('preparing', 'its campaign is prepared'), ('campaign', 'campaign'), ('vote', 'vote open'), ('held', 'held')], default='checking', max_length=12)),
                        ('resumes', models.CharField(blank=True, help_text='the state it goes back to', max_length=12)),
                        ('question', models.TextField(max_length=500, verbose_name='question')),
                        ('question_en', models.TextField(blank=True, max_length=500, verbose_name='question in English')),
                        ('proposed', models.TextField(blank=True, max_length=500, verbose_name='wording proposed')),
                        ('checked_by', models.SlugField(max_length=60)),
                        ('asked_at', models.DateTimeField()),
                        ('check_by', models.DateField()),
                        ('outcome', models.CharField(blank=True, max_length=12)),
                        ('reasons', models.TextField(blank=True, max_length=3000, verbose_name='reasons')),
                        ('checked_at', models.DateTimeField(null=True)),
                        ('first', models.CharField(blank=True, max_length=7)),
                        ('seed', models.CharField(blank=True, max_length=64)),
                        ('campaign_opens_at', models.DateTimeField(null=True)),
                        ('campaign_closes_at', models.DateTimeField(null=True)),
                        ('vote_opens_at', models.DateTimeField(null=True)),
                        ('vote_closes_at', models.DateTimeField(null=True)),
                        ('poll', models.CharField(blank=True, max_length=40)),
                        ('result', models.CharField(blank=True, max_length=13)),
                        ('yes', models.PositiveIntegerField(null=True)),
                        ('no', models.PositiveIntegerField(null=True)),
                        ('blank', models.PositiveIntegerField(null=True)),
                        ('held_on', models.DateField(null=True)),
                        ('due_on', models.DateField(null=True)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'referendum',
                        'indexes': [models.Index(models.F('state'), models.F('vote_closes_at'), name='petitions_referendums_due')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('process'), models.F('component'), condition=models.Q(('petition__isnull', True)), name='petitions_one_referendum')],
                    },
                ),
                migrations.CreateModel(
                    name='Argument',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('referendum', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='arguments', to='petitions.referendum')),
                        ('side', models.CharField(choices=[('for', 'for'), ('against', 'against')], max_length=7)),
                        ('writer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('signed', models.CharField(blank=True, max_length=120, verbose_name='in the name of')),
                        ('text', models.TextField(blank=True, max_length=20000, verbose_name='text')),
                        ('documents', models.JSONField(default=list)),
                        ('saved_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'argument of a referendum',
                        'constraints': [models.UniqueConstraint(models.F('referendum'), models.F('side'), name='petitions_one_argument_a_side')],
                    },
                ),
                migrations.CreateModel(
                    name='Sheet',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sheets', to='petitions.petition')),
                        ('number', models.PositiveIntegerField()),
                        ('channel', models.CharField(choices=[('paper', 'paper'), ('desk', 'desk')], default='paper', max_length=5)),
                        ('collected_on', models.DateField(verbose_name='collected on')),
                        ('announced', models.PositiveIntegerField(verbose_name='signatures counted on the sheet')),
                        ('entered', models.PositiveIntegerField(default=0)),
                        ('twice', models.PositiveIntegerField(default=0, help_text='lines of people who had signed already')),
                        ('refused', models.PositiveIntegerField(default=0)),
                        ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'sheet of signatures',
                        'constraints': [models.UniqueConstraint(models.F('petition'), models.F('number'), name='petitions_one_sheet_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='Signature',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='petitions.petition')),
                        ('nullifier', models.CharField(max_length=64)),
                        ('at', models.DateTimeField()),
                        ('departement', models.CharField(blank=True, max_length=3)),
                        ('commune', models.CharField(blank=True, max_length=5)),
                        ('band', models.CharField(max_length=7)),
                        ('channel', models.CharField(choices=[('account', 'account'), ('oidc', 'identity provider'), ('paper', 'paper'), ('desk', 'desk')], max_length=7)),
                        ('name', models.CharField(blank=True, max_length=80)),
                        ('origin', models.CharField(blank=True, max_length=32)),
                        ('sheet', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='petitions.sheet')),
                        ('batch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='petitions.invalidation')),
                    ],
                    options={
                        'verbose_name': 'signature',
                        'indexes': [models.Index(models.F('petition'), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('name', ''), _negated=True), name='petitions_names'), models.Index(models.F('petition'), models.F('at'), name='petitions_signed_when')],
                        'constraints': [models.UniqueConstraint(models.F('petition'), models.F('nullifier'), name='petitions_one_signature_each')],
                    },
                ),
                migrations.CreateModel(
                    name='Tally',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='petitions.petition')),
                        ('departement', models.CharField(blank=True, max_length=3)),
                        ('band', models.CharField(max_length=7)),
                        ('channel', models.CharField(max_length=7)),
                        ('n', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'verbose_name': 'count of signatures',
                        'constraints': [models.UniqueConstraint(models.F('petition'), models.F('departement'), models.F('band'), models.F('channel'), name='petitions_one_tally_a_cell')],
                    },
                ),
                migrations.CreateModel(
                    name='CommuneTally',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commune_tallies', to='petitions.petition')),
                        ('commune', models.CharField(max_length=5)),
                        ('n', models.PositiveIntegerField()),
                    ],
                    options={
                        'verbose_name': 'count of signatures of a commune',
                        'constraints': [models.UniqueConstraint(models.F('petition'), models.F('commune'), name='petitions_one_tally_a_commune')],
                    },
                ),
                migrations.CreateModel(
                    name='Quarter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('authority', models.CharField(max_length=40)),
                        ('quarter', models.CharField(max_length=6)),
                        ('nullifier', models.CharField(max_length=64)),
                        ('petition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='petitions.petition')),
                        ('signature', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='quarter', to='petitions.signature')),
                    ],
                    options={
                        'verbose_name': 'request of an elector in a quarter',
                        'constraints': [models.UniqueConstraint(models.F('authority'), models.F('quarter'), models.F('nullifier'), name='petitions_one_request_a_quarter')],
                    },
                ),
            ]
        ),
    ]

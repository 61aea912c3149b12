import django.db.models.deletion
import django.utils.timezone
import mandat.apps.consultations.models.common
import mandat.apps.custody.sealing
import uuid
from django.conf import settings
from django.db import migrations, models

from mandat.web.migrating import CreateModels


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '__first__'),
        ('custody', '0001_initial'),
    ]

    operations = [
        CreateModels(
            [
                migrations.CreateModel(
                    name='Consultation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(max_length=60)),
                        ('type', models.CharField(choices=[('drafting', 'text written together'), ('survey', 'survey'), ('opinion-map', 'opinion map'), ('observations', 'observations')], max_length=12)),
                        ('opened_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(null=True)),
                        ('people', models.PositiveIntegerField(default=0)),
                        ('items', models.PositiveIntegerField(default=0)),
                        ('waiting', models.PositiveIntegerField(default=0, help_text='items that wait for moderation')),
                        ('counted_on', models.DateField(null=True)),
                        ('told', models.JSONField(default=dict, help_text='what facts told so far')),
                        ('result', models.JSONField(default=dict)),
                        ('computed_at', models.DateTimeField(null=True)),
                        ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('synthetic', models.BooleanField(default=False)),
                    ],
                    options={
                        'verbose_name': 'consultation',
                        'indexes': [models.Index(models.F('changed_at'), name='consultations_last_changed')],
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('process'), models.F('component'), name='consultations_one_a_component')],
                    },
                ),
                migrations.CreateModel(
                    name='ArticleVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='articles', to='consultations.consultation')),
                        ('code', models.SlugField(max_length=60)),
                        ('number', models.PositiveSmallIntegerField(default=1)),
                        ('position', models.PositiveSmallIntegerField()),
                        ('title', models.CharField(max_length=200)),
                        ('title_en', models.CharField(blank=True, max_length=200)),
                        ('body', models.TextField()),
                        ('body_en', models.TextField(blank=True)),
                        ('pieces', models.JSONField(default=list)),
                        ('deleted', models.BooleanField(default=False)),
                        ('current', models.BooleanField(default=True)),
                        ('since', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'verbose_name': 'version of an article',
                        'ordering': ('position', 'code', 'number'),
                        'constraints': [models.UniqueConstraint(models.F('consultation'), models.F('code'), models.F('number'), name='consultations_one_version_a_number'), models.UniqueConstraint(models.F('consultation'), models.F('code'), condition=models.Q(('current', True)), name='consultations_one_version_in_force')],
                    },
                ),
                migrations.CreateModel(
                    name='Amendment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(default=mandat.apps.consultations.models.common.new_reference, max_length=10, unique=True)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(blank=True, max_length=80)),
                        ('shown', models.CharField(choices=[('shown', 'shown'), ('waiting', 'waiting for moderation'), ('hidden', 'hidden by moderation'), ('withdrawn', 'withdrawn by who wrote it')], default='shown', max_length=9)),
                        ('why_hidden', models.CharField(blank=True, max_length=300)),
                        ('moderated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('moderated_at', models.DateTimeField(null=True)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('imported_from', models.CharField(blank=True, max_length=200)),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='amendments', to='consultations.consultation')),
                        ('kind', models.CharField(choices=[('change', 'change an article'), ('add', 'add an article'), ('delete', 'delete an article')], max_length=6)),
                        ('article', models.SlugField(blank=True, max_length=60)),
                        ('base', models.PositiveSmallIntegerField(default=1)),
                        ('title', models.CharField(blank=True, max_length=200)),
                        ('body', models.TextField(blank=True)),
                        ('reason', models.TextField()),
                        ('votes_for', models.PositiveIntegerField(default=0)),
                        ('votes_against', models.PositiveIntegerField(default=0)),
                        ('abstentions', models.PositiveIntegerField(default=0)),
                        ('outcome', models.CharField(blank=True, choices=[('', 'under debate'), ('adopted', 'adopted'), ('rejected', 'rejected'), ('conflict', 'adopted, meets another'), ('set-aside', 'adopted, then set aside')], default='', max_length=9)),
                        ('decided_at', models.DateTimeField(null=True)),
                    ],
                    options={
                        'verbose_name': 'amendment to a text',
                        'indexes': [models.Index(models.F('consultation'), models.F('article'), models.F('made_at'), name='consultations_amendments_of'), models.Index(models.F('consultation'), models.F('outcome'), name='consultations_amendments_won')],
                    },
                ),
                migrations.CreateModel(
                    name='AmendmentVote',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('amendment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='consultations.amendment')),
                        ('voter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('choice', models.CharField(choices=[('for', 'for'), ('against', 'against'), ('abstain', 'abstention')], max_length=7)),
                    ],
                    options={
                        'verbose_name': 'vote on an amendment',
                        'constraints': [models.UniqueConstraint(models.F('amendment'), models.F('voter'), name='consultations_one_vote_an_amendment')],
                    },
                ),
                migrations.CreateModel(
                    name='Settlement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='settlements', to='consultations.consultation')),
                        ('article', models.SlugField(max_length=60)),
                        ('references', models.JSONField()),
                        ('kept', models.JSONField(default=list)),
                        ('reason', models.TextField()),
                        ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('settled_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'verbose_name': 'settlement of amendments',
                        'ordering': ('settled_at', 'pk'),
                    },
                ),
                migrations.CreateModel(
                    name='ImportRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('component', models.SlugField(blank=True, max_length=60)),
                        ('filename', models.CharField(max_length=200)),
                        ('trial', models.BooleanField(default=False)),
                        ('file', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='custody.storedfile')),
                        ('run_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('run_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('counts', models.JSONField(default=dict)),
                        ('refused', models.JSONField(default=list)),
                    ],
                    options={
                        'verbose_name': 'import from another site',
                        'ordering': ('-run_at', '-pk'),
                    },
                ),
                migrations.CreateModel(
                    name='Imported',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('programme', models.SlugField(max_length=60)),
                        ('process', models.SlugField(max_length=60)),
                        ('kind', models.CharField(max_length=10)),
                        ('foreign', models.CharField(max_length=120)),
                        ('url', models.URLField(blank=True, max_length=500)),
                        ('target', models.CharField(blank=True, max_length=60)),
                        ('digest', models.CharField(max_length=64)),
                        ('body', models.JSONField(default=dict)),
                        ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='consultations.importrun')),
                    ],
                    options={
                        'verbose_name': 'item imported',
                        'constraints': [models.UniqueConstraint(models.F('programme'), models.F('process'), models.F('kind'), models.F('foreign'), name='consultations_imported_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Observation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(default=mandat.apps.consultations.models.common.new_reference, max_length=10, unique=True)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(blank=True, max_length=80)),
                        ('shown', models.CharField(choices=[('shown', 'shown'), ('waiting', 'waiting for moderation'), ('hidden', 'hidden by moderation'), ('withdrawn', 'withdrawn by who wrote it')], default='shown', max_length=9)),
                        ('why_hidden', models.CharField(blank=True, max_length=300)),
                        ('moderated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('moderated_at', models.DateTimeField(null=True)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('imported_from', models.CharField(blank=True, max_length=200)),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='observations', to='consultations.consultation')),
                        ('subject', models.SlugField(max_length=60)),
                        ('count', models.PositiveIntegerField(default=1)),
                        ('seen_on', models.DateField()),
                        ('commune', models.CharField(max_length=5)),
                        ('latitude', models.FloatField(null=True)),
                        ('longitude', models.FloatField(null=True)),
                        ('shown_latitude', models.FloatField(null=True)),
                        ('shown_longitude', models.FloatField(null=True)),
                        ('radius', models.PositiveIntegerField(default=0)),
                        ('note', models.TextField(blank=True)),
                        ('photo', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='custody.storedfile')),
                        ('photo_text', models.CharField(blank=True, max_length=200)),
                        ('photo_shown', models.BooleanField(default=False)),
                        ('confirmations', models.PositiveIntegerField(default=0)),
                        ('state', models.CharField(choices=[('seen', 'to be confirmed'), ('confirmed', 'confirmed'), ('refuted', 'refuted')], default='seen', max_length=9)),
                    ],
                    options={
                        'verbose_name': 'observation',
                        'indexes': [models.Index(models.F('consultation'), models.F('shown'), models.OrderBy(models.F('seen_on'), descending=True), models.OrderBy(models.F('id'), descending=True), name='consultations_sightings'), models.Index(models.F('consultation'), models.F('subject'), models.F('commune'), name='consultations_sightings_by')],
                    },
                ),
                migrations.CreateModel(
                    name='Confirmation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('observation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='given', to='consultations.observation')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'confirmation of an observation',
                        'constraints': [models.UniqueConstraint(models.F('observation'), models.F('user'), name='consultations_confirmed_once')],
                    },
                ),
                migrations.CreateModel(
                    name='Statement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(default=mandat.apps.consultations.models.common.new_reference, max_length=10, unique=True)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('name', models.CharField(blank=True, max_length=80)),
                        ('shown', models.CharField(choices=[('shown', 'shown'), ('waiting', 'waiting for moderation'), ('hidden', 'hidden by moderation'), ('withdrawn', 'withdrawn by who wrote it')], default='shown', max_length=9)),
                        ('why_hidden', models.CharField(blank=True, max_length=300)),
                        ('moderated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('moderated_at', models.DateTimeField(null=True)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('imported_from', models.CharField(blank=True, max_length=200)),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statements', to='consultations.consultation')),
                        ('number', models.PositiveIntegerField()),
                        ('text', models.CharField(max_length=500)),
                        ('text_en', models.CharField(blank=True, max_length=500)),
                        ('seed', models.BooleanField(default=False)),
                        ('agrees', models.PositiveIntegerField(default=0)),
                        ('disagrees', models.PositiveIntegerField(default=0)),
                        ('passes', models.PositiveIntegerField(default=0)),
                        ('priority', models.FloatField(default=1.0)),
                    ],
                    options={
                        'verbose_name': 'statement',
                        'ordering': ('number',),
                        'constraints': [models.UniqueConstraint(models.F('consultation'), models.F('number'), name='consultations_one_statement_a_number')],
                    },
                ),
                migrations.CreateModel(
                    name='OpinionVoter',
                    fields=[
                        ('code', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='voters', to='consultations.consultation')),
                        ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'voter of an opinion map',
                        'constraints': [models.UniqueConstraint(models.F('consultation'), models.F('user'), name='consultations_one_voter')],
                    },
                ),
                migrations.CreateModel(
                    name='OpinionVote',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('voter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='consultations.opinionvoter')),
                        ('statement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='consultations.statement')),
                        ('value', models.SmallIntegerField()),
                    ],
                    options={
                        'verbose_name': 'vote on a statement',
                        'constraints': [models.UniqueConstraint(models.F('voter'), models.F('statement'), name='consultations_one_vote_a_statement'), models.CheckConstraint(condition=models.Q(('value__in', [-1, 0, 1])), name='consultations_vote_is_known')],
                    },
                ),
                migrations.CreateModel(
                    name='SurveyDraft',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='consultations.consultation')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('answers', mandat.apps.custody.sealing.SealedJSONField(default=dict, subject='user')),
                        ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                    ],
                    options={
                        'verbose_name': 'survey begun',
                        'constraints': [models.UniqueConstraint(models.F('consultation'), models.F('user'), name='consultations_one_draft')],
                    },
                ),
                migrations.CreateModel(
                    name='SurveyMark',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to='consultations.consultation')),
                        ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('personal', mandat.apps.custody.sealing.SealedJSONField(null=True, subject='user')),
                    ],
                    options={
                        'verbose_name': 'mark of a survey answered',
                        'constraints': [models.UniqueConstraint(models.F('consultation'), models.F('user'), name='consultations_answered_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AnswerSet',
                    fields=[
                        ('key', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answer_sets', to='consultations.consultation')),
                        ('answers', models.JSONField(default=dict)),
                        ('age_band', models.CharField(blank=True, max_length=7)),
                        ('departement', models.CharField(blank=True, max_length=3)),
                        ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'verbose_name': 'answers',
                        'indexes': [models.Index(models.F('consultation'), models.F('key'), name='consultations_answers_in_turn')],
                    },
                ),
                migrations.CreateModel(
                    name='FreeText',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('consultation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='texts', to='consultations.consultation')),
                        ('question', models.SlugField(max_length=60)),
                        ('text', models.TextField()),
                        ('shown', models.CharField(choices=[('shown', 'shown'), ('waiting', 'waiting for moderation'), ('hidden', 'hidden by moderation'), ('withdrawn', 'withdrawn by who wrote it')], default='waiting', max_length=9)),
                        ('moderated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('why_hidden', models.CharField(blank=True, max_length=300)),
                    ],
                    options={
                        'verbose_name': 'words of a survey',
                        'indexes': [models.Index(models.F('consultation'), models.F('shown'), models.F('question'), models.F('id'), name='consultations_texts_in_turn')],
                    },
                ),
            ]
        ),
    ]
